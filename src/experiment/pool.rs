//! A pool of actix runners: independent runs on all cores.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use actix::{Actor, Handler, Message, SyncArbiter, SyncContext, System};

/// A run that ended in a panic; the text is the panic's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked(pub String);

type Work<J, R> = Arc<dyn Fn(J) -> R + Send + Sync>;

struct Runner<J, R>(Work<J, R>);

impl<J: 'static, R: 'static> Actor for Runner<J, R> {
    type Context = SyncContext<Self>;
}

struct Job<J, R> {
    job: J,
    result: std::marker::PhantomData<fn() -> R>,
}

impl<J: Send + 'static, R: Send + 'static> Message for Job<J, R> {
    type Result = Result<R, Panicked>;
}

impl<J: Send + 'static, R: Send + 'static> Handler<Job<J, R>> for Runner<J, R> {
    type Result = Result<R, Panicked>;

    fn handle(&mut self, job: Job<J, R>, _: &mut Self::Context) -> Self::Result {
        let work = Arc::clone(&self.0);
        catch_unwind(AssertUnwindSafe(move || work(job.job))).map_err(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            Panicked(text.unwrap_or_else(|| "a run panicked".to_owned()))
        })
    }
}

/// Works off `jobs` on `threads` runners and gives the results in the order of the jobs;
/// `done` hears of each in that order.
///
/// # Panics
/// If the caller is inside an asynchronous task.
pub fn run_all<J: Send + 'static, R: Send + 'static>(
    jobs: Vec<J>,
    threads: usize,
    work: impl Fn(J) -> R + Send + Sync + 'static,
    mut done: impl FnMut(usize, &Result<R, Panicked>),
) -> Vec<Result<R, Panicked>> {
    let work: Work<J, R> = Arc::new(work);
    System::new().block_on(async move {
        let pool = SyncArbiter::start(threads.max(1), move || Runner(Arc::clone(&work)));
        let sent: Vec<_> = jobs
            .into_iter()
            .map(|job| pool.send(Job { job, result: std::marker::PhantomData }))
            .collect();
        let mut results = Vec::with_capacity(sent.len());
        for (at, answer) in sent.into_iter().enumerate() {
            let closed = |_| Err(Panicked("a runner's mailbox is closed".to_owned()));
            let result = answer.await.unwrap_or_else(closed);
            done(at, &result);
            results.push(result);
        }
        results
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        let mut heard = Vec::new();
        let squares = run_all((0..20_u64).collect(), 2, |n| n * n, |at, _| heard.push(at));
        assert_eq!(squares, (0..20_u64).map(|n| Ok(n * n)).collect::<Vec<_>>());
        assert_eq!(heard, (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn a_panic_is_a_result_and_the_others_go_on() {
        let odd = |n: u32| if n == 1 { panic!("one is odd") } else { n };
        let results = run_all(vec![0, 1, 2], 1, odd, |_, _| {});
        assert_eq!(results, [Ok(0), Err(Panicked("one is odd".to_owned())), Ok(2)]);
    }
}
