"""What a failure of a JDBC driver comes down to, from the text of Java's stack trace: drivers say who was not reached in
the message or only in its cause, and Spark puts the traces of driver and executors around both."""

import re

EXCEPTION = re.compile(r"(?:com\.microsoft\.sqlserver\.jdbc|org\.postgresql\.util|java\.sql)\.\w*(?:SQL|Batch)\w*Exception: ([^\n]+)")
CAUSE = re.compile(r"^\s*Caused by: (?:[\w$]+\.)*([\w$]+)(?:: ([^\n]*))?", re.MULTILINE)
# Microsoft's driver explains what to look at in four sentences, of which the first says what happened.
ADVICE = re.compile(r" Verify the connection properties\..*")
LONGEST = 400


def database_fault(text):
    """The driver's own sentence, with the cause where that is another one; None where no JDBC driver has failed."""
    match = EXCEPTION.search(text)
    if match is None:
        return None
    message = ADVICE.sub("", match[1]).replace('Error: "', "").strip().rstrip(".")
    # Spark repeats an executor's trace as the driver's cause: what counts is the last cause of this exception itself.
    own = text[match.end() :].split("\nDriver stacktrace:")[0]
    causes = [cause for cause in CAUSE.findall(own) if cause[1] and cause[1].rstrip(".") not in match[1]]
    reason = f": {causes[-1][0]}: {causes[-1][1]}" if causes else ""
    return f"{message}{reason}"[:LONGEST]
