export { main } from "./main.js";
export { createRegistry } from "./host.js";
