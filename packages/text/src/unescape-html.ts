import { decodeHTML, decodeHTMLStrict } from 'entities';

const reference = /&(?:#\d+;?|#[xX][\da-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/g;
const closedReference = /&#?[\dA-Za-z]{1,24};/g;

/** Decodes character references as Python's `html.unescape` does: names without a semicolon too, and nothing for what is no character. */
export function unescapeHtml(text: string): string {
  return text.replaceAll(reference, (found) => {
    const decoded = decodeHTML(found);
    return found.startsWith('&#') && isNoCharacter(decoded) ? '' : decoded;
  });
}

/** Decodes as ftfy does: only with a semicolon, and names that were written in capitals as capitals. */
export function unescapeClosed(text: string): string {
  return text.replaceAll(closedReference, (found) => {
    if (found.startsWith('&#')) {
      const decoded = unescapeHtml(found);
      return decoded.includes(';') ? found : decoded;
    }
    const decoded = decodeHTMLStrict(found);
    if (decoded !== found || found !== found.toUpperCase() || unescapeHtml(found) !== found) return decoded;
    const lower = found.toLowerCase();
    const inLower = decodeHTMLStrict(lower);
    return inLower === lower ? found : inLower.toUpperCase();
  });
}

/** Control characters and code points that Unicode keeps free of characters. */
function isNoCharacter(text: string): boolean {
  const code = text.codePointAt(0) ?? 0;
  if (code < 0x20) return ![0x09, 0x0a, 0x0c, 0x0d].includes(code);
  return (code >= 0x7f && code <= 0x9f) || (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;
}
