/** The small pieces that views are made of: headings, sheets, banners, marks. They know nothing of an inbox. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { words } from "../words.ts";

/** Keys that a whole view listens to, wherever the focus is in it. */
export function useKeys(pressed: (event: KeyboardEvent) => void): void {
  const current = useRef(pressed);
  current.current = pressed;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => current.current(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

/** The one heading of a view; it takes the focus after a change of view. */
export function Heading({
  children,
  large = false,
}: {
  children: ComponentChildren;
  large?: boolean;
}) {
  return (
    <h1 tabIndex={-1} class={large ? "large" : undefined}>
      {children}
    </h1>
  );
}

const SHAPES = {
  back: "M12.5 4.5 7 10l5.5 5.5",
  inbox: "M3.5 5.5h13v9h-13zM3.5 6l6.5 5 6.5-5",
  work: "M10 3.5v13M10 5.5h.01M10 10h.01M10 14.5h.01M5 5.5h2M5 10h2M5 14.5h2M13 5.5h2.5M13 10h2.5M13 14.5h2.5",
  settings: "M3.5 6h7M14.5 6h2M3.5 14h2M9.5 14h7M12.5 4v4M7.5 12v4",
  clock: "M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM10 6.5V10l2.5 1.5",
  file: "M6 3.5h5l3.5 3.5v9.5H6zM11 3.5V7h3.5",
  picture: "M3.5 4.5h13v11h-13zM3.5 13l4-4 3.5 3.5 2-2 3.5 3.5M12.5 7.5h.01",
  search: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4ZM12.5 12.5l4 4",
  close: "M5 5l10 10M15 5 5 15",
} as const;

/** A drawing beside a word; it says nothing by itself. */
export function Icon({ shape }: { shape: keyof typeof SHAPES }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d={SHAPES[shape]} />
    </svg>
  );
}

/** Initials instead of a picture, in a tint that stays with the name. */
export function Initials({ name }: { name: string }) {
  const parts = name.trim().split(/\s+/);
  const letters = [parts[0], parts.length > 1 ? parts.at(-1) : ""].map(
    (part) => [...(part ?? "")][0] ?? "",
  );
  const sum = [...name].reduce((all, letter) => all + (letter.codePointAt(0) ?? 0), 0);
  return (
    <span class={`initials tint-${sum % 3}`} aria-hidden="true">
      {letters.join("").toUpperCase()}
    </span>
  );
}

interface SheetProps {
  readonly heading: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly wide?: boolean;
}

/** A sheet over the page: from below on a phone, in the middle elsewhere. Escape and a visible *Close* leave it. */
export function Sheet({ heading, onClose, children, wide = false }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) {
        before.focus({ preventScroll: true });
      }
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? "sheet wide" : "sheet"}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="sheet-top">
        <h2 id={id}>{heading}</h2>
        <button type="button" class="quiet" onClick={onClose}>
          {words.close}
        </button>
      </div>
      {children}
    </dialog>
  );
}

/** A sentence that appears only if something takes longer than a moment. */
export function Wait({ children }: { children: ComponentChildren }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p class="wait" role="status">
      {shown ? children : ""}
    </p>
  );
}

/** A line that says something about the whole view. */
export function Banner({
  tone,
  children,
}: {
  tone: "note" | "soon" | "plain";
  children: ComponentChildren;
}) {
  return <div class={`banner ${tone}`}>{children}</div>;
}

/** A mail address or inbox name, which on a narrow screen breaks behind its @. */
export function At({ address }: { address: string }) {
  const at = address.indexOf("@") + 1;
  return (
    <bdi dir="ltr">
      <span class="half">{address.slice(0, at)}</span>
      <span class="half">{address.slice(at)}</span>
    </bdi>
  );
}

/** What went wrong, with a way on. */
export function Trouble({
  text,
  again,
  label,
}: {
  text: string;
  again?: (() => void) | undefined;
  label?: string;
}) {
  return (
    <div class="trouble" role="alert">
      <p>{text}</p>
      {again && (
        <button type="button" onClick={again}>
          {label ?? words.tryNow}
        </button>
      )}
    </div>
  );
}

/** Put a text on the clipboard and say whether it worked. */
export function CopyButton({
  text,
  label,
  done,
}: {
  text: string;
  label?: string;
  done?: (worked: boolean) => void;
}) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    const worked = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    setSaid(worked ? words.copied : words.copyFailed);
    done?.(worked);
  };
  return (
    <>
      <button type="button" onClick={copy}>
        {label ?? words.copy}
      </button>
      <span class="said-here" role="status">
        {said}
      </span>
    </>
  );
}

/** Leave the browser a file under its real name. On an iOS home-screen icon, which cannot download, through its share sheet. */
export async function saveBlob(blob: Blob, name: string): Promise<void> {
  const file = new File([blob], name, { type: blob.type });
  if (
    "standalone" in navigator &&
    navigator.standalone &&
    navigator.canShare?.({ files: [file] })
  ) {
    await navigator.share({ files: [file] });
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download reads from the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
