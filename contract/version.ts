/**
 * The version of everything agent and edge tell each other: roots, shards, records and heads.
 * A reader refuses any other version (UnsupportedVersionError) and keeps what it has.
 */
export const CONTRACT_VERSION = 2;
