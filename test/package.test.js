'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { makeNodedir } = require('../scripts/nodedir');
const { nodeGyp } = require('../scripts/build');
const { root, run, start } = require('../scripts/steps');
const { testTogether } = require('./support/together');

const NODE_API = require('node-api-headers').include_dir;
const CONSUMER = path.join(__dirname, 'support', 'consumer');
const NODE_GYP_BUILD = path.dirname(require.resolve('node-gyp-build/package.json'));
const PRINT_SUM = "require('./build/Release/add.node').add(1, 2).then(console.log)";

describe('the package', function () {
  this.timeout(120000);
  let home, tarball, nodedir;

  before(() => {
    home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'offloop-package-')));
    tarball = path.join(home, run('npm', ['pack', '--silent', '--pack-destination', home]).trim());
    nodedir = makeNodedir(path.join(home, 'nodedir'));
  });
  after(() => fs.rmSync(home, { recursive: true, force: true }));

  function makeConsumer(...names) {
    const folder = path.join(home, ...names);
    fs.cpSync(CONSUMER, folder, { recursive: true });
    return folder;
  }

  /* npm itself, without a network: the one dependency is given by its folder. */
  async function npmInstall(folder) {
    const quiet = ['--silent', '--offline', '--no-audit', '--no-fund', '--install-links'];
    await start('npm', ['install', ...quiet, tarball, NODE_GYP_BUILD], { cwd: folder });
  }

  /* The same by hand, for layouts that npm does not make. */
  function unpack(folder) {
    fs.mkdirSync(folder, { recursive: true });
    run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
    fs.cpSync(NODE_GYP_BUILD, path.join(folder, '..', 'node-gyp-build'), { recursive: true });
  }

  function link(target, place) {
    fs.mkdirSync(path.dirname(place), { recursive: true });
    fs.symlinkSync(path.relative(path.dirname(place), target), place);
  }

  /* What is built here runs once: it need not be fast. */
  function build(folder) {
    const quickly = (command, args, { env, ...options }) =>
      start(command, args, { ...options, env: { CFLAGS: '-O0', ...env } });
    return nodeGyp(folder, nodedir, ['rebuild'], quickly);
  }

  /* Built, then run with every node_modules out of reach. */
  async function buildAndRun(folder) {
    await build(folder);
    const away = fs.mkdtempSync(path.join(home, 'away-'));
    fs.renameSync(path.join(folder, 'build', 'Release', 'add.node'), path.join(away, 'add.node'));
    fs.rmSync(folder, { recursive: true });
    fs.mkdirSync(path.join(folder, 'build', 'Release'), { recursive: true });
    fs.renameSync(path.join(away, 'add.node'), path.join(folder, 'build', 'Release', 'add.node'));
    assert.strictEqual(await start(process.execPath, ['-e', PRINT_SUM], { cwd: folder }), '3\n');
  }

  it('holds what a build needs and nothing else, and no install script', () => {
    const files = run('tar', ['-tzf', tarball]).trim().split('\n');
    const expected = [
      /^package\/(package\.json|offloop\.gyp)$/,
      /^package\/(CHANGELOG\.md|LICENSE|README\.md|SECURITY\.md)$/,
      /^package\/docs\/(.+\.md|speed\.svg)$/,
      /^package\/lib\/index\.(js|mjs|d\.ts)$/,
      /^package\/(include|src)\/.+\.[ch]$/,
    ];
    const foreign = files.filter((file) => !expected.some((place) => place.test(file)));
    assert.deepStrictEqual(foreign, []);
    assert.ok(!files.includes('package/docs/internals.md'), 'for those who change offloop');
    for (const file of ['include/offloop.h', 'src/offloop.c', 'src/layer.c', 'lib/index.js']) {
      assert.ok(files.includes(`package/${file}`), file);
    }
    const { gypfile, scripts } = require('../package.json');
    assert.strictEqual(gypfile, false);
    const installing = ['preinstall', 'install', 'postinstall', 'prepare'];
    assert.deepStrictEqual(installing.filter((name) => name in scripts), []);
  });

  it('makes addons that ask for nothing newer than glibc 2.17', function () {
    if (process.platform !== 'linux') this.skip();
    const binary = fs.readFileSync(path.join(root, 'build', 'Release', 'add.node'), 'latin1');
    const versions = Array.from(binary.matchAll(/\bGLIBC_2\.(\d+)/g), ([, minor]) => Number(minor));
    assert.deepStrictEqual(versions.filter((minor) => minor > 17), []);
  });

  /* Links of a page, as paths; those of its part about the repository lead out of the package. */
  function linksOf(folder, page) {
    const text = fs.readFileSync(path.join(folder, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
    const packed = text.replace(/^## In the repository\n[\s\S]*?(?=^## )/m, '');
    const targets = Array.from(packed.matchAll(/\]\(([^)#\s]+)[^)]*\)/g), (match) => match[1]);
    return targets.filter((target) => !/^https?:/.test(target))
      .map((target) => path.join(folder, path.dirname(page), target));
  }

  it('has no page with a link that leads out of it', () => {
    const folder = path.join(home, 'links', 'offloop');
    unpack(folder);
    const pages = fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.md'));
    const links = pages.flatMap((page) => linksOf(folder, page));
    assert.ok(pages.length > 8 && links.length > 15);
    assert.deepStrictEqual(links.filter((file) => !fs.existsSync(file)), []);
  });

  const ways = {};

  ways['installed by npm, builds an addon that runs without it'] = async () => {
    const folder = makeConsumer('plain');
    await npmInstall(folder);
    await buildAndRun(folder);
  };

  ways['works where paths hold spaces'] = async () => {
    const folder = makeConsumer('a folder', 'of mine');
    await npmInstall(folder);
    await buildAndRun(folder);
  };

  ways['works through symbolic links, to the package and to the addon'] = async () => {
    const real = makeConsumer('linked', 'deep', 'real');
    const elsewhere = path.join(home, 'elsewhere', 'node_modules', 'offloop');
    unpack(elsewhere);
    link(elsewhere, path.join(real, 'node_modules', 'offloop'));
    link(real, path.join(home, 'through'));
    await build(path.join(home, 'through'));
    await buildAndRun(real);
  };

  ways['works in a store such as pnpm makes'] = async () => {
    const folder = makeConsumer('stored');
    const modules = path.join(folder, 'node_modules');
    const stored = path.join(modules, '.pnpm', 'offloop@0.1.0', 'node_modules', 'offloop');
    unpack(stored);
    link(stored, path.join(modules, 'offloop'));
    await buildAndRun(folder);
  };

  ways['works in a workspace, where it stands further up'] = async () => {
    const folder = makeConsumer('workspace', 'packages', 'consumer');
    unpack(path.join(home, 'workspace', 'node_modules', 'offloop'));
    await build(folder); /* gyp leaves files beside; they hide nothing */
    await buildAndRun(folder);
  };

  ways['builds with cc alone, from one file'] = async () => {
    const folder = makeConsumer('one-file');
    unpack(path.join(folder, 'node_modules', 'offloop'));
    const paths = "const o = require('offloop'); console.log(o.include + '\\n' + o.sources)";
    const printed = await start(process.execPath, ['-e', paths], { cwd: folder });
    const [include, sources] = printed.split('\n');
    const output = path.join('build', 'Release', 'add.node');
    fs.mkdirSync(path.join(folder, 'build', 'Release'), { recursive: true });
    const strict = ['-std=c11', '-Wall', '-Wextra', '-pedantic', '-Werror'];
    const shared = ['-shared', '-fPIC', '-pthread'];
    if (process.platform === 'darwin') shared.push('-undefined', 'dynamic_lookup');
    const files = [`-I${include}`, `-I${NODE_API}`, 'add.c', sources, '-o', output];
    await start('cc', [...strict, ...shared, ...files], { cwd: folder });
    assert.strictEqual(await start(process.execPath, ['-e', PRINT_SUM], { cwd: folder }), '3\n');
  };

  testTogether(ways);
});
