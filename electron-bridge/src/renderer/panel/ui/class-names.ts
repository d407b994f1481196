/** Joins class names; of two Tailwind utilities that contradict each other the later one wins. */
import { type ClassValue, clsx } from "clsx";
import { twMerge } from "tailwind-merge";

/** As in shadcn/ui. */
export function cn(...inputs: ClassValue[]): string {
  return twMerge(clsx(inputs));
}
