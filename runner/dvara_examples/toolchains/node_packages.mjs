// Lets a script that lies anywhere import the packages of one folder: `node --import '…/node_packages.mjs?from=FILE_URL' script.mjs`.
//
// Node looks for packages beside the script and above it, and the tool must neither move a script (its stack traces
// should name the reader's file) nor fill the reader's folders. So what a script imports by a bare name is looked up
// as if FILE_URL, a file in the folder above `node_modules`, had imported it; what is not there is left to Node.
import * as module from 'node:module';
import { isMainThread } from 'node:worker_threads';

const from = new URL(import.meta.url).searchParams.get('from');

const isOurs = (specifier, parentURL = '') =>
  /^[\w@]/.test(specifier) && !/^[a-z]+:/.test(specifier) && !module.isBuiltin(specifier) && !parentURL.includes('/node_modules/');

const isNotFound = (error) => /^(ERR_)?MODULE_NOT_FOUND$/.test(error.code);

// The context of a look-up is copied, as Node writes what a hook changes into the object that it handed out.
function resolveInThread(specifier, given, nextResolve) {
  const context = { ...given };
  if (!isOurs(specifier, context.parentURL)) return nextResolve(specifier, context);
  try {
    return nextResolve(specifier, { ...context, parentURL: from });
  } catch (error) {
    if (isNotFound(error)) return nextResolve(specifier, context);
    throw error;
  }
}

// Node before 22.15 has no hooks in the script's own thread, and loads this file again in a thread that has them.
export async function resolve(specifier, given, nextResolve) {
  const context = { ...given };
  if (!isOurs(specifier, context.parentURL)) return nextResolve(specifier, context);
  try {
    return await nextResolve(specifier, { ...context, parentURL: from });
  } catch (error) {
    if (isNotFound(error)) return nextResolve(specifier, context);
    throw error;
  }
}

if (module.registerHooks) module.registerHooks({ resolve: resolveInThread });
else if (isMainThread) module.register(import.meta.url);
