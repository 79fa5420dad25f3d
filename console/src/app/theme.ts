// The look as Mantine knows it: our accent, our sizes, our system fonts. Colours are in tokens.css, by scheme.
import { Button, createTheme, Modal, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const accent: MantineColorsTuple = [
  "#e8f1fa", "#cfe3f6", "#9fcbf0", "#62b0f0", "#3f93dc", "#2380cd", "#0f6cbd", "#0d5ea6", "#0b4f8c", "#083d6d",
];

/** What Mantine draws with in the dark: fields, lists and lines in the tones of tokens.css. */
const dark: MantineColorsTuple = [
  "#e6ebf1", "#b0bccb", "#93a1b3", "#6b7887", "#3a4655", "#27303b", "#1c242e", "#161c24", "#0f141a", "#0b0f14",
];

export const SYSTEM_FONT =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Noto Sans", Ubuntu, Cantarell, "Liberation Sans", Arial, system-ui, sans-serif';
export const MONO_FONT = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace';

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: { light: 6, dark: 3 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  colors: { accent, dark },
  fontFamily: SYSTEM_FONT,
  fontFamilyMonospace: MONO_FONT,
  fontSizes: { xs: "11px", sm: "13px", md: "13px", lg: "15px", xl: "18px" },
  defaultRadius: 6,
  headings: { fontWeight: "600" },
  components: {
    Button: Button.extend({ defaultProps: { size: "xs", variant: "default" } }),
    // The page itself never scrolls, and the lock would write a style without the page's nonce.
    Modal: Modal.extend({ defaultProps: { lockScroll: false } }),
  },
});

const shared = {
  "--mantine-color-body": "var(--page)",
  "--mantine-color-text": "var(--text-1)",
  "--mantine-color-dimmed": "var(--text-3)",
  "--mantine-color-placeholder": "var(--text-3)",
  "--mantine-color-default": "var(--surface)",
  "--mantine-color-default-hover": "var(--hover)",
  "--mantine-color-default-color": "var(--text-1)",
  "--mantine-color-default-border": "var(--line-strong)",
  "--mantine-color-error": "var(--severity-high)",
  "--mantine-color-anchor": "var(--accent)",
};

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared });
