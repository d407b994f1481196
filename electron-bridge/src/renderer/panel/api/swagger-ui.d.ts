/** What the viewer uses of swagger-ui-dist, which brings no types. */
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  type SwaggerUIBundle = (options: Readonly<Record<string, unknown>>) => unknown;
  const SwaggerUIBundle: SwaggerUIBundle;
  export default SwaggerUIBundle;
}
