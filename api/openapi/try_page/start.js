// Shows the document of this host. Once somebody has entered a token, the document is loaded again with it:
// on a tenant's host it then has the objects that they see. The token is kept nowhere.
const ADDRESS = "/schema/openapi.json";
let token = null;

function withToken(request) {
  if (token !== null && request.loadSpec) {
    request.headers.Authorization = `Bearer ${token}`;
  }
  return request;
}

const reload = () => ({
  statePlugins: {
    auth: {
      wrapActions: {
        authorize: (original, system) => (given) => {
          original(given);
          token = Object.values(given)[0]?.value ?? null;
          system.specActions.download(ADDRESS);
        },
        logout: (original, system) => (given) => {
          original(given);
          token = null;
          system.specActions.download(ADDRESS);
        },
      },
    },
  },
});

SwaggerUIBundle({
  url: ADDRESS,
  dom_id: "#page",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
  requestInterceptor: withToken,
  plugins: [reload],
});
