declare module "*.wasm" {
  /** The file's address. */
  const address: string;
  export default address;
}
