'use strict';

/*
 * The documentation runs. A page (README.md, docs/NAME.md) holds whole programs:
 *
 *   ```c add.c      a file of the page; blocks of one name follow each other in it
 *   ```cpp sort.cpp the same; it is compiled, and that is all; and so are the files of ```ts
 *   ```console      commands behind `$`, each with what it prints; without output, it must succeed
 *   ```js           statements; `expression; // text` gives the value or the error of that text
 *
 * The page's C is compiled first, by cc, into build/Release beside its files. All else is done in
 * the order of the page. What npm would fetch is there already, some of it as a stand-in, of
 * test/support/packages: test/package.test.js installs.
 * Not run: what needs cmake where there is none; `text` and `sh`.
 */

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { makeNodedir } = require('../scripts/nodedir');
const { installed, root, run, start } = require('../scripts/steps');
const { RUNTIMES } = require('../scripts/runtimes');
const { listScenarios } = require('./faults/points');
const { testTogether } = require('./support/together');

const NODE_API = require('node-api-headers').include_dir;
const STRICT = ['-std=c11', '-Wall', '-Wextra', '-pedantic', '-Werror', '-fPIC', '-pthread'];
const INCLUDE = [`-I${path.join(root, 'include')}`, `-I${NODE_API}`];
const SHARED = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
const ABSENT = installed('cmake') ? /^npm (install|pack|ci)\b/ : /^npm (install|pack|ci)\b|cmake/;
const LANGUAGES = ['c', 'cmake', 'console', 'cpp', 'js', 'json', 'python', 'sh', 'text', 'ts'];
const STAND_INS = path.join(root, 'test', 'support', 'packages');
const TSC = require.resolve('typescript/bin/tsc');

/* ---- Pages --------------------------------------------------------------------------------- */

function listPages() {
  const docs = fs.existsSync(path.join(root, 'docs')) ? fs.readdirSync(path.join(root, 'docs')) : [];
  const pages = docs.filter((name) => name.endsWith('.md')).sort().map((name) => `docs/${name}`);
  return ['README.md', ...pages];
}

/* The fenced blocks: { language, file, text }. */
function blocksOf(page) {
  const markdown = fs.readFileSync(path.join(root, page), 'utf8').replaceAll('\r\n', '\n');
  const fenced = markdown.matchAll(/^```(\w+)(?: +(\S+))?\n([\s\S]*?)^```$/gm);
  return Array.from(fenced, ([, language, file, text]) => ({ language, file, text }));
}

function filesOf(blocks) {
  const files = new Map();
  for (const { file, text } of blocks.filter((block) => block.file)) {
    files.set(file, files.has(file) ? `${files.get(file)}\n${text}` : text);
  }
  return files;
}

/* ---- Links --------------------------------------------------------------------------------- */

const textOf = (page) =>
  fs.readFileSync(path.join(root, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');

/* Those to files of the repository: { target, heading }. */
function linksOf(page) {
  const links = Array.from(textOf(page).matchAll(/\]\(([^)#\s]*)#?([^)\s]*)\)/g));
  return links.filter(([, file]) => !/^https?:/.test(file)).map(([, file, heading]) => ({
    target: file ? path.join(path.dirname(page), file) : page, heading,
  }));
}

/* As GitHub names them in links. */
function headingsOf(page) {
  return Array.from(textOf(page).matchAll(/^#+ (.*)$/gm), ([, heading]) =>
    heading.toLowerCase().replace(/[^\w -]/g, '').replaceAll(' ', '-'));
}

/* ---- Commands ------------------------------------------------------------------------------ */

const MARK = '-- end of a command --';

/* A transcript as [{ command, output }]. */
function commandsOf(text) {
  const parts = text.split(/^\$ /m).slice(1).map((part) => part.trimEnd().split('\n'));
  const commands = parts.map(([command, ...lines]) => ({ command, output: lines.join('\n') }));
  return commands.filter(({ command }) => !ABSENT.test(command));
}

/* All of a transcript in one shell, so that variables stay. */
async function runTranscript(text, options) {
  const commands = commandsOf(text);
  const script = commands.map(({ command }) => `${command}\necho '${MARK}'\n`).join('');
  const printed = (await start('sh', ['-ec', script], options)).split(`${MARK}\n`);
  for (const [i, { command, output }] of commands.entries()) {
    if (output) assert.strictEqual(printed[i].trimEnd(), output, command);
  }
}

/* ---- Statements ---------------------------------------------------------------------------- */

/* The first lines of a page's script. An error is told by its text or by its code. */
const PRELUDE = `
const { inspect } = require('node:util');

async function see(line, expected, call) {
  let found;
  try {
    found = [inspect(await call(), { breakLength: Infinity, compact: 3, sorted: false })];
  } catch (error) {
    found = [String(error), error.code];
  }
  if (!found.includes(expected)) throw new Error(line + ' gives ' + found.join(' '));
}
`;

const isDeclaration = (code) => /^\s*(const|let|for|if|function|async|\}|\/\/)/.test(code);

/* `expression; // text` becomes a check. A comment alone on the next line goes on with the text. */
function checked(text) {
  const joined = text.replace(/\n +\/\/ /g, ' ');
  return joined.replace(/^( *)(\S.*?);\s+\/\/ (.*)$/gm, (line, indent, code, expected) => {
    if (isDeclaration(code)) return line;
    const named = JSON.stringify(code);
    return `${indent}await see(${named}, ${JSON.stringify(expected)}, async () => (${code}));`;
  });
}

function scriptOf(blocks) {
  const statements = blocks.filter((block) => block.language === 'js' && !block.file);
  if (!statements.length) return undefined;
  const body = statements.map(({ text }) => checked(text)).join('\n');
  return `'use strict';\n${PRELUDE}\nasync function main() {\n${body}}\n
main().catch((error) => {\n  console.error(error);\n  process.exitCode = 1;\n});\n`;
}

/* ---- Running a page ------------------------------------------------------------------------ */

/* Neither the runtime's matter nor a sanitizer's; the transcripts are for a POSIX shell, and the
 * samples for Node 20.16 or newer. */
const elsewhere = process.env.OFFLOOP_RUN || process.platform === 'win32' ||
  process.getBuiltinModule === undefined;

(elsewhere ? describe.skip : describe)('the documentation runs', function () {
  this.timeout(120000);
  let home, library, env;

  before(() => {
    home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'offloop-docs-')));
    library = path.join(home, 'offloop.o');
    const nodedir = makeNodedir(path.join(home, 'nodedir'));
    const bin = makeQuickCompiler(path.join(home, 'bin'));
    const PATH = [bin, process.env.PATH].join(path.delimiter);
    env = { ...process.env, npm_config_nodedir: nodedir, PATH };
    run('cc', [...STRICT, ...INCLUDE, '-c', path.join('src', 'offloop.c'), '-o', library]);
  });
  after(() => fs.rmSync(home, { recursive: true, force: true }));

  /* What a page builds runs once: its cc is one that optimises nothing, whatever it is told. It
   * looks for the compiler where it is not found itself, as ccache does that stands for one. */
  function makeQuickCompiler(folder) {
    const script = `#!/bin/sh\nPATH='${process.env.PATH}' exec cc "$@" -O0\n`;
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, 'cc'), script, { mode: 0o755 });
    return folder;
  }

  function compile(folder, file) {
    const output = path.join('build', 'Release', `${path.parse(file).name}.node`);
    fs.mkdirSync(path.join(folder, 'build', 'Release'), { recursive: true });
    const flags = [...STRICT, ...SHARED, ...INCLUDE, '-shared'];
    return start('cc', [...flags, file, library, '-o', output], { cwd: folder });
  }

  function compileCpp(folder, file) {
    const flags = STRICT.filter((flag) => !flag.startsWith('-std'));
    return start('c++', ['-std=c++11', ...flags, ...INCLUDE, '-c', file, '-o', `${file}.o`], { cwd: folder });
  }

  async function compileTypes(folder, files) {
    const options = ['--noEmit', '--strict', '--module', 'node16'];
    if (files.length) await start(process.execPath, [TSC, ...options, ...files], { cwd: folder });
  }

  /* Copies, because gyp writes what it makes of a linked package outside of the folder. */
  function installPackages(modules) {
    const places = ['include', 'lib', 'offloop.gyp', 'package.json', 'src'];
    for (const name of places) {
      fs.cpSync(path.join(root, name), path.join(modules, 'offloop', name), { recursive: true });
    }
    for (const name of ['node-api-headers', 'node-gyp-build']) {
      const folder = path.dirname(require.resolve(`${name}/package.json`));
      fs.cpSync(folder, path.join(modules, name), { recursive: true });
    }
    fs.cpSync(STAND_INS, modules, { recursive: true });
  }

  async function makeFolder(page, blocks) {
    const folder = path.join(home, path.parse(page).name);
    installPackages(path.join(folder, 'node_modules'));
    const files = filesOf(blocks);
    for (const [file, text] of files) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), text);
    }
    for (const file of files.keys()) {
      if (file.endsWith('.c')) await compile(folder, file);
      if (file.endsWith('.cpp') && installed('c++')) await compileCpp(folder, file);
    }
    await compileTypes(folder, Array.from(files.keys()).filter((file) => file.endsWith('.ts')));
    return folder;
  }

  async function runPage(page) {
    const blocks = blocksOf(page);
    const folder = await makeFolder(page, blocks);
    const transcripts = blocks.filter(({ language }) => language === 'console');
    const script = scriptOf(blocks);
    for (const { text } of transcripts) await runTranscript(text, { cwd: folder, env });
    if (!script) return;
    fs.writeFileSync(path.join(folder, 'statements.js'), script);
    await start(process.execPath, ['statements.js'], { cwd: folder, env });
  }

  const full = listPages().filter((page) => blocksOf(page).length);
  testTogether(Object.fromEntries(full.map((page) => [page, () => runPage(page)])));

  it('has no sample that is left out', () => {
    const named = ['c', 'cmake', 'cpp', 'json', 'python', 'ts'];
    for (const page of listPages()) {
      const fences = fs.readFileSync(path.join(root, page), 'utf8').match(/^ *```/gm) ?? [];
      const blocks = blocksOf(page);
      assert.strictEqual(fences.length, 2 * blocks.length, `${page}: a block without a language`);
      for (const { language, file } of blocks) {
        assert.ok(LANGUAGES.includes(language), `${page}: ${language}`);
        assert.ok(file || !named.includes(language), `${page}: ${language} without a file`);
      }
    }
  });

  it('has no page that README and the guide do not lead to, but for internals', () => {
    const text = (page) => fs.readFileSync(path.join(root, page), 'utf8');
    for (const page of listPages().filter((name) => /^docs\/(?!guide|internals)/.test(name))) {
      assert.ok(text('README.md').includes(`](${page})`), `README.md: ${page}`);
      assert.ok(text('docs/guide.md').includes(`](${path.basename(page)})`), `guide.md: ${page}`);
    }
  });

  it('names each type of index.d.ts in types.md', () => {
    const declared = fs.readFileSync(path.join(root, 'lib', 'index.d.ts'), 'utf8');
    const page = textOf('docs/types.md');
    const exported = declared.matchAll(/^export (?:interface|type) (\w+)/gm);
    const names = Array.from(exported, ([, name]) => name);
    assert.ok(names.length > 20);
    assert.deepStrictEqual(names.filter((name) => !page.includes(`\`${name}`)), []);
  });

  it('counts in security.md what the checks have', () => {
    const text = fs.readFileSync(path.join(root, 'docs', 'security.md'), 'utf8');
    const models = fs.readdirSync(path.join(root, 'test', 'model')).filter((name) => /\.pml$/.test(name));
    const [states, ends] = [require('./ends/states'), require('./ends/ends')].map(Object.keys);
    const counts = {
      scenarios: listScenarios(), states, ends, runtimes: RUNTIMES, models,
    };
    for (const [what, all] of Object.entries(counts)) {
      assert.ok(text.includes(` ${all.length} ${what}`), `${all.length} ${what}`);
    }
  });

  it('names no script that package.json lacks', () => {
    const { scripts } = require('../package.json');
    for (const page of [...listPages(), 'CONTRIBUTING.md', 'bench/README.md']) {
      for (const [, name] of textOf(page).matchAll(/npm run ([\w:]+)/g)) {
        assert.ok(name in scripts, `${page}: npm run ${name}`);
      }
    }
  });

  it('has no link that leads nowhere, neither to a file nor to a heading', () => {
    const others = ['CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'bench/README.md'];
    for (const page of [...listPages(), ...others]) {
      for (const { target, heading } of linksOf(page)) {
        assert.ok(fs.existsSync(path.join(root, target)), `${page}: ${target}`);
        assert.ok(!heading || headingsOf(target).includes(heading), `${page}: #${heading}`);
      }
    }
  });
});
