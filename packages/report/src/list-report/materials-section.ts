import type { Material } from '@understory/studies';
import { shortMaterial } from '@understory/studies/results';
import { html, type Html } from '../html.ts';

/** What the publication used and what stands for it here; nothing where a list has no roles. */
export function materialsSection(materials: readonly Material[]): Html | null {
  if (materials.length === 0) return null;
  return html`<section id="materials">
    <h2>What stands for what</h2>
    <table class="list">
      <thead>
        <tr>
          <th scope="col">The paper’s</th>
          <th scope="col" class="words">Here</th>
        </tr>
      </thead>
      <tbody>
        ${materials.map(
          (each) =>
            html`<tr>
              <th scope="row">${each.original}</th>
              <td class="words">
                ${shortMaterial(each)}${each.about !== undefined && `, ${each.about}`}
                ${each.isStandIn && html`<strong class="stand-in">stand-in</strong>`}
                <span class="quiet">(${each.kind} ${each.role})</span>
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

/** What a reader of the list has to know before anything else. */
export function materialNotes(materials: readonly Material[]): readonly string[] {
  const standIns = materials.filter(({ isStandIn }) => isStandIn);
  if (standIns.length === 0) return [];
  const all = standIns.length === materials.length ? 'All' : `${standIns.length} of ${materials.length}`;
  return [
    `This is not the paper’s own set-up. ${all} of its networks and data are replaced by stand-ins that come with Understory, which are named below: what follows is about them, and a claim that does not hold here may hold there.`,
  ];
}
