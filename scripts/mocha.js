'use strict';

/* mocha in this very process, whatever runtime it is and whatever was preloaded into it. */

require('mocha/lib/cli/cli').main(process.argv.slice(2));
