import { describe, expect, it } from '@jest/globals';
import { html } from '../src/html.ts';

describe('html', () => {
  it('escapes what is put in, and leaves markup and lists of it alone', () => {
    const name = `<img src="x" onerror='y'> & co`;
    expect(html`<p title="${name}">${[html`<b>1</b>`, name]}${null}${false}${0}</p>`.text).toBe(
      '<p title="&lt;img src=&quot;x&quot; onerror=&#39;y&#39;&gt; &amp; co"><b>1</b>&lt;img src=&quot;x&quot; onerror=&#39;y&#39;&gt; &amp; co0</p>',
    );
  });
});
