import { distance } from 'fastest-levenshtein';
import { smallestOf } from './long-lists.ts';

/**
 * The candidates that a misspelt query most likely means, best first, at most `n`; upper and lower case are the same.
 * A candidate that contains the query, or is contained in it, comes before one that is a few edits away; ties keep the order of `candidates`.
 * Two edits are forgiven, fewer where the query is shorter than three letters, and a third of its length where that is more.
 */
export function closest(query: string, candidates: readonly string[], n = 3): string[] {
  const asked = query.trim().toLowerCase();
  if (asked === '') return [];
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, score: dissimilarity(asked, candidate.toLowerCase()) }))
    .filter(({ score }) => score < Infinity)
    .sort((left, right) => left.score - right.score)
    .slice(0, n)
    .map(({ candidate }) => candidate);
}

/** 0 for the same text, below 1 for text within text, then the number of edits to the nearest of the candidate's comma parts. */
function dissimilarity(asked: string, candidate: string): number {
  if (candidate === asked) return 0;
  if (candidate.includes(asked)) return 0.5 - asked.length / candidate.length / 2;
  if (candidate.length >= 3 && asked.includes(candidate)) return 1 - candidate.length / asked.length / 2;
  const edits = smallestOf([candidate, ...candidate.split(',')].map((part) => distance(asked, part.trim())));
  const forgiven = Math.max(Math.min(2, asked.length - 1), Math.floor(asked.length / 3));
  return edits <= forgiven ? edits : Infinity;
}
