/**
 * The names of the metrics in a PromQL expression without comments: every word but functions, aggregations with their labels,
 * keywords, and what stands in quotes, braces or brackets.
 */
export function metricsIn(expression: string): string[] {
  const bare = expression
    .replace(/"[^"]*"/g, '""')
    .replace(/\{[^}]*\}/g, "")
    .replace(/\[[^\]]*\]/g, "")
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, " ")
    .replace(/\b(and|or|unless|bool|offset)\b/g, " ");
  const words = [...bare.matchAll(/[a-zA-Z_:][\w:]*(?!\w)(\s*\()?/g)];
  return [...new Set(words.flatMap(([word, call]) => (call === undefined ? [word.trim()] : [])))].sort();
}
