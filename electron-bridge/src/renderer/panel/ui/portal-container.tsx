/**
 * Where dialogs, menus and tooltips are put: inside the panel's root rather than at the end of the page,
 * since the theme holds there alone.
 */
import { createContext, type ReactNode, useContext, useState } from "react";

const PortalContainer = createContext<HTMLElement | null>(null);

/** Gives its children a place for what floats above them. */
export function PortalContainerProvider({ children }: { children: ReactNode }) {
  const [container, setContainer] = useState<HTMLElement | null>(null);
  return (
    <PortalContainer value={container}>
      {children}
      <div ref={setContainer} data-slot="portals" />
    </PortalContainer>
  );
}

/** The element for a Radix portal's `container`. */
export function usePortalContainer(): HTMLElement | null {
  return useContext(PortalContainer);
}
