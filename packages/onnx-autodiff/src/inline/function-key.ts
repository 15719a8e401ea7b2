/** What a call names a function by; both spellings of the standard domain are one. */
export function functionKey(domain: string, name: string, overload: string): string {
  return [isStandardDomain(domain) ? '' : domain, name, overload].join('\0');
}

export function isStandardDomain(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}
