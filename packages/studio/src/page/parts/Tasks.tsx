import { tasks, told } from '../tasks.ts';

/** What is being done, each with a way to stop it. */
export function Tasks() {
  return (
    <>
      <section class="tasks" aria-label="What is being done">
        {tasks.value
          .filter(({ isQuiet }) => !isQuiet)
          .map((task) => {
            const { title, progress, cancel } = task;
            return (
              <div class="task" key={`${task.slot} ${title}`}>
                <span class="task-title">{title}</span>
                <progress
                  aria-label={title}
                  {...(progress?.total === undefined ? {} : { value: progress.done, max: progress.total })}
                />
                {progress !== null && (
                  <span class="task-count">
                    {progress.done}
                    {progress.total === undefined ? '' : ` of ${progress.total}`}
                  </span>
                )}
                <button type="button" class="plain" onClick={cancel} aria-label={`Cancel: ${title}`}>
                  Cancel
                </button>
              </div>
            );
          })}
      </section>
      <p class="only-read" role="status">
        {told.value}
      </p>
    </>
  );
}
