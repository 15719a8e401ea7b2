/** Letters and digits of any script, `+`, `-`, `_` and dots within; everything else becomes `_`. */
export function fileSafe(text: string): string {
  return text
    .trim()
    .replaceAll(/^["']|["']$/g, '')
    .replaceAll(/[^\p{L}\p{N}+._-]+/gu, '_')
    .replaceAll(/^[._]+|[._]+$/g, '')
    .slice(0, 80);
}
