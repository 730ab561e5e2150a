/** Trusted scripts: the one policy that each of our programs makes of its own kind. Owns which addresses may become a worker. */

/** The part of the platform's Trusted Types that is needed; where there is none, addresses are plain text. */
interface PolicyFactory {
  createPolicy(
    name: string,
    rules: { createScriptURL: (address: string) => string },
  ): { createScriptURL: (address: string) => string };
}

/** The ways from these addresses to a worker of each, by the workers' names; the policy vouches for no other. */
export function workerMakers<Name extends string>(
  addresses: Readonly<Record<Name, string>>,
): Readonly<Record<Name, () => Worker>> {
  const known = Object.values<string>(addresses);
  const policy = (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes?.createPolicy(
    "quietbox",
    {
      createScriptURL: (asked) => {
        if (!known.includes(asked)) {
          throw new TypeError("no script of ours");
        }
        return asked;
      },
    },
  );
  const maker = ([name, address]: [string, string]) => {
    const trusted = policy?.createScriptURL(address) ?? address;
    return [name, () => new Worker(trusted, { type: "module", name })] as const;
  };
  const makers = Object.entries<string>(addresses).map(maker);
  return Object.fromEntries(makers) as Record<Name, () => Worker>;
}
