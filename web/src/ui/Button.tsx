import type { ComponentProps } from "react";

type Tone = "primary" | "plain" | "quiet" | "danger" | "onDark";

interface Props extends Omit<ComponentProps<"button">, "className"> {
  tone?: Tone;
  /** Square, for an icon alone: give it an `aria-label` then. */
  icon?: boolean;
  /** Something is on its way: it keeps the focus and does nothing. */
  isPending?: boolean;
}

/** A button in one of the product's tones. */
export function Button({ tone = "plain", icon = false, isPending = false, type = "button", onClick, ...props }: Props) {
  return (
    <button
      {...props}
      type={type}
      data-pending={isPending || undefined}
      onClick={isPending ? undefined : onClick}
      className={`button button-${tone}${icon ? " button-icon" : ""}`}
    />
  );
}
