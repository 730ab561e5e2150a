/** The part of hash-wasm that holds Argon2 alone, so that nothing else of it is bundled. It brings no types itself. */
declare module "hash-wasm/dist/argon2.umd.min.js" {
  import type { argon2id } from "hash-wasm";

  const argon2: { readonly argon2id: typeof argon2id };
  export default argon2;
}
