/** Times and sizes that nobody needs to set. */

/** Clients ask again, or elsewhere, after five seconds (glibc, dig): an answer must come before. */
export const DEADLINE_MS = 4_500;
/** How long one connection is waited for before the question goes to another. */
export const ATTEMPT_MS = 2_000;

/** How long a resolver that failed is left alone: doubled each time, up to the second. */
export const FIRST_REST_MS = 1_000;
export const LONGEST_REST_MS = 5_000;

/** Different questions under way to the resolvers at once. */
export const MAX_EXCHANGES = 1_000;
/** Queries by UDP under way at once; more are dropped, as a full socket buffer would. */
export const MAX_UDP_QUERIES = 2_000;
/** Queries by one TCP connection under way at once; the connection is not read on meanwhile. */
export const MAX_PIPELINED = 100;
export const MAX_TCP_CONNECTIONS = 250;
/** Of one client address. */
export const MAX_CLIENT_CONNECTIONS = 50;
/** How long a connection may be without a whole query, or leave an answer unread (RFC 7766 6.2.3: some seconds). */
export const TCP_IDLE_MS = 10_000;

/** What every client can take over UDP (RFC 1035 2.3.4, RFC 6891 6.2.3). */
export const MIN_UDP_OCTETS = 512;
/** What crosses any network without fragments (DNS flag day 2020); our own OPT record says it. */
export const SAFE_UDP_OCTETS = 1_232;
/** What a datagram can hold over IPv4: 65,535 octets without the headers of IP and UDP. */
export const MAX_UDP_OCTETS = 65_507;

/** RFC 8467 4.1: queries are padded to a multiple of this. */
export const QUERY_PADDING_OCTETS = 128;

/** How much the messages in the cache take together. */
export const MAX_CACHE_OCTETS = 16 * 1024 * 1024;
/** No answer is kept longer: a day, and three hours for negative ones (RFC 2308 5). */
export const MAX_POSITIVE_SECONDS = 86_400;
export const MAX_NEGATIVE_SECONDS = 10_800;
/** RFC 8767 5: when a client with an expired answer at hand has waited long enough; and 4: the TTL of such an answer. */
export const STALE_AFTER_MS = 1_800;
/** The same while no resolver works: enough for one that is back to answer. */
export const STALE_SOON_MS = 100;
export const STALE_TTL_SECONDS = 30;
