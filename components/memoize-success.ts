/**
 * Runs a question once for each argument in a process and shares the answer. A failed answer is forgotten, so that the
 * next caller asks again.
 *
 * @param ask its argument must have a JSON form, by which equal arguments are recognized.
 */
export function memoizeSuccess<Argument, Answer>(
  ask: (argument: Argument) => Promise<Answer>,
): (argument: Argument) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>();
  return (argument) => {
    const key = JSON.stringify(argument);
    const answer = answers.get(key) ?? ask(argument);
    answers.set(key, answer);
    answer.catch(() => answers.delete(key));
    return answer;
  };
}
