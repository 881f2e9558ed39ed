// The engine starts this file in a process of its own, in which the SDK has registered ts-node with type checking. Our own
// loader takes its place: loading the rules then takes no compiler.
delete require.extensions[".ts"];
require("../typescript.js");
require("./pack").servePack();
