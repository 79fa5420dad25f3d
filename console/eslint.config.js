// The console's rules: types are checked, features do not know each other, and nothing from a device becomes HTML.
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const features = ["actions", "administration", "detections", "devices", "entities", "health", "home", "hunting", "incidents", "live", "session", "settings"];
const noHtml = [
  { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Show text as text." },
  { selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML)$/]", message: "Show text as text." },
  { selector: "CallExpression[callee.name='eval'], NewExpression[callee.name='Function']", message: "No code from text." },
];

export default tseslint.config(
  { ignores: ["dist", "dist-embed", "node_modules", ".node", "test-results", "src/api/schema.gen.ts"] },
  ...tseslint.configs.strict,
  {
    files: ["**/*.{ts,tsx,js,mjs}"],
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "no-restricted-syntax": ["error", ...noHtml],
      "max-lines": ["error", 300],
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: "error",
    },
  },
  ...features.map((feature) => ({
    files: [`src/features/${feature}/**`],
    rules: {
      "no-restricted-imports": ["error", {
        patterns: [
          { regex: `features/(?!${feature}(/|$))`, message: "Features do not know each other." },
          { regex: `^\\.\\./(${features.join("|")})(/|$)`, message: "Features do not know each other." },
          { regex: "/app/", message: "Features do not know the application around them." },
        ],
      }],
    },
  })),
  {
    files: ["src/ui/**", "src/api/**"],
    rules: {
      "no-restricted-imports": ["error", { patterns: [{ regex: "/(features|app)/", message: "Parts do not know who uses them." }] }],
    },
  },
);
