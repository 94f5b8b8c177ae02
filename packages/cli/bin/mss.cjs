#!/usr/bin/env node
// Old syntax on purpose: an old Node must be able to read this file to say that it is too old.
'use strict';
var version = process.versions.node.split('.');
if (Number(version[0]) < 22 || (Number(version[0]) === 22 && Number(version[1]) < 16)) {
  process.stderr.write('mss : Node.js 22.16 ou plus récent est nécessaire (ici ' + process.versions.node + ').\n');
  process.exit(2);
}
require('../dist/cjs/cli.js');
