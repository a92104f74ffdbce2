import { WarningIcon } from "./ui/icons";
import { useOnline } from "./ui/useOnline";

/** Says that the device has no connection, and what becomes of changes. */
export function OfflineBar() {
  const online = useOnline();
  return (
    <div role="status">
      {!online && (
        <p className="offline">
          <WarningIcon />
          You are offline. Keep this page open: your changes are sent when you are back.
        </p>
      )}
    </div>
  );
}
