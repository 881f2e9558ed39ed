/** A version of a launch template, as the retention looks at it. */
export interface VersionInUse {
  readonly version: number;
  /** Whether a release of the same stack and name made the version. */
  readonly isOurs: boolean;
  readonly isDefault: boolean;
  /** Whether a group refers to the version by its number or by an alias. */
  readonly isUsedByGroup: boolean;
  /** Whether a version of the current release was made from this version. The next run reads it. */
  readonly isSource: boolean;
}

/**
 * The versions to delete: those that earlier releases made, except the newest `keep` of them. The default version, which AWS
 * does not delete, and versions that groups use are never among them, and do not count as kept; sources count, and are never
 * among them either.
 *
 * @param newVersions the versions of the current release.
 */
export function outdatedVersions(
  versions: readonly VersionInUse[],
  newVersions: readonly number[],
  keep: number,
): number[] {
  const newest = Math.min(...newVersions);
  return versions
    .filter(
      ({ version, isOurs, isDefault, isUsedByGroup }) =>
        version < newest && isOurs && !isDefault && !isUsedByGroup,
    )
    .sort((a, b) => b.version - a.version)
    .slice(keep)
    .filter(({ isSource }) => !isSource)
    .map(({ version }) => version);
}
