/** What the page and the frame of a layout say to each other. Owns the shape of it, once for both ends. */

/** To the frame, once: what to show. The pictures' addresses are `data:` ones of a picture's kind. */
export interface Letter {
  readonly html: string;
  /** By Content-ID. */
  readonly pictures: ReadonlyMap<string, string>;
  /** What stands where a picture from outside was: *picture not fetched*. */
  readonly noPicture: string;
  readonly lang: string;
}

/** From the frame: how high it is, or that somebody pressed a link. Believed only as far as it can be checked. */
export type Answer = { readonly height: number } | { readonly address: string };
