import { Button as AriaButton, type ButtonProps } from "react-aria-components";

type Tone = "primary" | "plain" | "quiet" | "danger" | "onDark";

/** A button in one of the product's tones. `icon` makes it square: give it an `aria-label` then. */
export function Button({ tone = "plain", icon = false, ...props }: Omit<ButtonProps, "className"> & { tone?: Tone; icon?: boolean }) {
  return <AriaButton {...props} className={`button button-${tone}${icon ? " button-icon" : ""}`} />;
}
