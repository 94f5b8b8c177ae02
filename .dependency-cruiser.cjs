// The floors: a package imports only from floors below its own (tooling/floors.json).
// Tests are held to the same rule, save that tooling/testkit stands under everything.
const floors = require('./tooling/floors.json');

const floorRules = Object.entries(floors).map(([name, floor]) => ({
  name: `floor-${floor}-${name}`,
  comment: `@mss/${name} stands on floor ${floor}: it imports only packages of lower floors.`,
  severity: 'error',
  from: { path: `^packages/${name}/` },
  to: {
    path: Object.entries(floors)
      .filter(([other, otherFloor]) => other !== name && otherFloor >= floor)
      .map(([other]) => `^packages/${other}/`),
  },
}));

module.exports = {
  forbidden: [
    ...floorRules.filter((rule) => rule.to.path.length > 0),
    {
      name: 'no-circular',
      comment: 'A cycle between files hides which of them is the lower one.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'entry-points-only',
      comment: 'A package is used through its entry points, never through its inside.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: {
        path: '^packages/[^/]+/src/',
        pathNot: [
          '^packages/$1/',
          '^packages/[^/]+/src/index\\.ts$',
          '^packages/(core|formats|store)/src/[^/]+/index\\.ts$',
          '^packages/transport/src/pro-sante-connect/index\\.ts$',
        ],
      },
    },
    {
      name: 'examples-use-published-entry-points',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(packages/[^/]+/src/(?!index\\.ts|[^/]+/index\\.ts)|tooling/)' },
    },
    {
      name: 'testkit-stands-under-everything',
      severity: 'error',
      from: { path: '^tooling/testkit/' },
      to: { path: '^packages/' },
    },
    {
      name: 'testkit-only-in-tests',
      comment: 'Only the sandbox, which bundles it, may use the private test kit in its sources.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '^packages/sandbox/' },
      to: { path: '^tooling/' },
    },
    {
      name: 'one-owner',
      comment: 'Only @mss/formats parses XML and MIME; only @mss/pki opens sockets and HTTP.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '^packages/(formats|pki|sandbox|transport|cli)/' },
      to: {
        path: ['node_modules/(saxes|postal-mime|fast-xml-parser|nodemailer|imapflow|openid-client)/', '^(node:)?(tls|net|http|https|dns)$'],
      },
    },
    {
      name: 'one-owner-of-databases',
      comment: 'Only @mss/store opens databases.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: '^packages/store/' },
      to: { path: ['node_modules/pg/', '^(node:)?sqlite$'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/', '/node_modules/@types/'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
