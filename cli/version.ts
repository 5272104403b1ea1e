/** As package.json has it; a test compares the two. Written here, so that a bundle needs no other file. */
export const VERSION = "0.1.0";
