/** Keeps the failure of one tab to itself: the rest of the server stays in sight and at hand. */
import { Component, type ErrorInfo, type ReactNode } from "react";

export interface TabBoundaryProps {
  /** Shown instead of what failed; `retry` tries it again. */
  fallback: (error: unknown, retry: () => void) => ReactNode;
  children: ReactNode;
}

interface TabBoundaryState {
  failed: boolean;
  error: unknown;
}

/** React has no other way to catch what rendering throws. */
export class TabBoundary extends Component<TabBoundaryProps, TabBoundaryState> {
  override state: TabBoundaryState = { failed: false, error: undefined };

  static getDerivedStateFromError(error: unknown): TabBoundaryState {
    return { failed: true, error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    // For who develops the app: the panel itself says it to the user.
    reportError(new Error(`a tab of the panel failed${info.componentStack ?? ""}`, { cause: error }));
  }

  override render(): ReactNode {
    const { failed, error } = this.state;
    if (!failed) return this.props.children;
    return this.props.fallback(error, () => this.setState({ failed: false, error: undefined }));
  }
}
