/** What is needed of a map where single objects are looked up. Who reads so can be told of changes. */
export type Lookup<V> = Pick<ReadonlyMap<string, V>, "get" | "has">;
