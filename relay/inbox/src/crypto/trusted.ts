/** Trusted scripts: the one policy that each of our programs makes of its own kind. Owns which address may become a worker. */

/** The part of the platform's Trusted Types that is needed; where there is none, addresses are plain text. */
interface PolicyFactory {
  createPolicy(
    name: string,
    rules: { createScriptURL: (address: string) => string },
  ): { createScriptURL: (address: string) => string };
}

/** The way from this one address to a worker of it; the policy vouches for no other. */
export function workerMaker(address: string, name: string): () => Worker {
  const policy = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes?.createPolicy(
    "quietbox",
    {
      createScriptURL: (asked) => {
        if (asked !== address) {
          throw new TypeError("no script of ours");
        }
        return asked;
      },
    },
  );
  const trusted = policy?.createScriptURL(address) ?? address;
  return () => new Worker(trusted, { type: "module", name });
}
