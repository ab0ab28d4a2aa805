export * from "./refusal.js";
export { judge } from "./statement.js";
export { verifyBundle } from "./bundle.js";
