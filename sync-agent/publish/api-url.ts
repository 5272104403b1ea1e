/** Cloudflare's own API. */
export const CLOUDFLARE_API_URL = "https://api.cloudflare.com/client/v4";
