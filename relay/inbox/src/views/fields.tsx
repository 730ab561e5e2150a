/** What is typed into and chosen from: label above, hint below, error in the hint's place. */

import { type ComponentChildren, Fragment, type JSX, type TargetedInputEvent } from "preact";
import { useId, useState } from "preact/hooks";
import { words } from "../words.ts";

interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly fault?: string | null | undefined;
  readonly children: (ids: {
    id: string;
    describedBy: string | undefined;
    invalid: boolean;
  }) => ComponentChildren;
}

/** A label above, a hint or an error below, tied to the control between them. */
export function Field({ label, hint, fault, children }: FieldProps) {
  const id = useId();
  const below = fault ?? hint;
  const describedBy = below ? `${id}-below` : undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, describedBy, invalid: Boolean(fault) })}
      {below && (
        <p id={describedBy} class={fault ? "fault" : "hint"}>
          {below}
        </p>
      )}
    </div>
  );
}

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly hint?: string | undefined;
  readonly fault?: string | null | undefined;
  readonly attributes?: JSX.IntrinsicElements["input"];
}

export function TextField({ label, value, onValue, hint, fault, attributes }: TextProps) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {({ id, describedBy, invalid }) => (
        <input
          type="text"
          {...attributes}
          id={id}
          value={value}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface LongTextProps extends Omit<TextProps, "attributes"> {
  readonly rows: number;
  readonly attributes?: JSX.IntrinsicElements["textarea"];
}

/** Several lines, in the direction of what is typed. */
export function LongTextField(props: LongTextProps) {
  const { label, value, onValue, hint, fault, rows, attributes } = props;
  return (
    <Field label={label} hint={hint} fault={fault}>
      {({ id, describedBy, invalid }) => (
        <textarea
          dir="auto"
          {...attributes}
          id={id}
          rows={rows}
          value={value}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface PasswordProps extends Omit<TextProps, "attributes"> {
  readonly autocomplete: "current-password" | "new-password";
}

/** A password that can be shown, pasted and filled by the browser. */
export function PasswordField(props: PasswordProps) {
  const { label, value, onValue, hint, fault, autocomplete } = props;
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint} fault={fault}>
      {({ id, describedBy, invalid }) => {
        const shared = {
          id,
          value,
          autocomplete,
          name: "password",
          autocapitalize: "none",
          autocorrect: "off",
          spellcheck: false,
          "aria-describedby": describedBy,
          "aria-invalid": invalid || undefined,
          onInput: (event: TargetedInputEvent<HTMLInputElement>) =>
            onValue(event.currentTarget.value),
        } as const;
        return (
          <div class="with-button">
            {shown ? <input type="text" {...shared} /> : <input type="password" {...shared} />}
            <button
              type="button"
              class="quiet"
              aria-pressed={shown}
              onClick={() => setShown(!shown)}
            >
              {words.show}
              <span class="unseen"> {label}</span>
            </button>
          </div>
        );
      }}
    </Field>
  );
}

interface ChoiceProps<T extends string> {
  readonly legend: string;
  readonly choices: readonly {
    readonly value: T;
    readonly label: string;
    readonly hint?: string;
    /** Stands under the choice while it is the one. */
    readonly under?: ComponentChildren;
  }[];
  readonly chosen: T | null;
  readonly onChoose: (value: T) => void;
  readonly fault?: string | null | undefined;
  readonly largeLegend?: boolean;
  /** Where the heading of a sheet asks already. */
  readonly hideLegend?: boolean;
}

/** One of several, in words. */
export function Choice<T extends string>({
  legend,
  choices,
  chosen,
  onChoose,
  fault,
  largeLegend,
  hideLegend,
}: ChoiceProps<T>) {
  const id = useId();
  return (
    <fieldset class="choice" aria-describedby={fault ? `${id}-fault` : undefined}>
      <legend class={hideLegend ? "unseen" : largeLegend ? "large" : undefined}>{legend}</legend>
      {choices.map(({ value, label, hint, under }) => (
        <Fragment key={value}>
          <label class="option">
            <input
              type="radio"
              name={id}
              value={value}
              checked={chosen === value}
              onChange={() => onChoose(value)}
            />
            <span>
              {label}
              {hint && <span class="hint">{hint}</span>}
            </span>
          </label>
          {under && chosen === value && <div class="under">{under}</div>}
        </Fragment>
      ))}
      {fault && (
        <p id={`${id}-fault`} class="fault">
          {fault}
        </p>
      )}
    </fieldset>
  );
}
