// Prints the one line that sums up a run of test.sh, and fails if anything failed.
// node sum-up.mjs CHECKS_PASSED CHECKS_FAILED VITEST_REPORT.json
import { readFileSync } from 'node:fs';

const [checksPassed, checksFailed, reportFile] = process.argv.slice(2);
const tests = readReport(reportFile);
const passed = Number(checksPassed) + tests.passed;
const failed = Number(checksFailed) + tests.failed;
console.log(`\n${passed} passed, ${failed} failed, ${tests.skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;

function readReport(file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    // A file that could not be loaded fails without a test of its own.
    const broken = report.testResults.filter((f) => f.status === 'failed' && f.assertionResults.length === 0);
    return {
      passed: report.numPassedTests,
      failed:
        report.numFailedTests +
        broken.length +
        (report.success || report.numFailedTests > 0 || broken.length > 0 ? 0 : 1),
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch (error) {
    console.error(`The tests left no report: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
