import { Button as AriaButton, type ButtonProps } from "react-aria-components";

type Tone = "primary" | "plain" | "quiet" | "danger" | "onDark";

interface Props extends Omit<ButtonProps, "className"> {
  tone?: Tone;
  /** Square, for an icon alone: give it an `aria-label` then. */
  icon?: boolean;
}

/**
 * A button in one of the product's tones. While `isPending` it keeps the focus and does nothing. React Aria's own pending state
 * is not used: it announces the button in a live region that outlives the page the button was on.
 */
export function Button({ tone = "plain", icon = false, isPending = false, onPress, ...props }: Props) {
  return (
    <AriaButton
      {...props}
      {...(isPending && { "data-pending": true })}
      onPress={(event) => {
        if (!isPending) onPress?.(event);
      }}
      className={`button button-${tone}${icon ? " button-icon" : ""}`}
    />
  );
}
