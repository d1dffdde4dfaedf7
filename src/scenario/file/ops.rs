//! `[ops]` as written.

use super::rules::{NamesFile, RulesFile};
use crate::kernel::Span;
use crate::scenario::model::{Job, Level, Remedy, Scope, Staffing, Structure};
use crate::scenario::quantity::{Clock, Factor, Share, Tickets};
use crate::scenario::written::{At, Count, Named, Organisations, Ratio, choice, section};

choice!(Level, "level of operations" {
    "none" => Level::None,
    "self-heal" => Level::SelfHeal,
    "alerts" => Level::Alerts,
    "full" => Level::Full,
});
choice!(Structure, "structure" {
    "central" => Structure::Central,
    "federated" => Structure::Federated,
    "leaderless" => Structure::Leaderless,
});
choice!(Job, "job of a role" {
    "responder" => Job::Responder,
    "commander" => Job::Commander,
    "comms" => Job::Comms,
});
choice!(Staffing, "staffing" {
    "on-call" => Staffing::OnCall,
    "reachable" => Staffing::Reachable,
    "looks-in" => Staffing::LooksIn,
});
choice!(Remedy, "remedy", Remedy::NAMES);
choice!(Scope, "scope of a step", Scope::NAMES);

section! {
    /// Who watches the network, who is called, and what they do. All people are a declared model:
    /// medians, chances and hours are assumptions.
    OpsFile, "[ops]", alone "level" => {
        /// How much of it there is: `none` nobody watches, `self-heal` only what acts by itself,
        /// `alerts` page people once who find their own way, `full` with escalation, runbooks and
        /// what acts by itself.
        level: Level = "full";
        /// One team for everything, organisations with named roles that act on their own hosts and
        /// ask for the others', or organisations without named roles.
        structure: Structure = "federated";
        /// Organisations, by name or only how many; validators and routers are dealt to them in
        /// turn. One by default.
        operators: Organisations;
        /// From one round of the monitor to the next.
        scrape: Span = "15s";
        /// Users are heard when so many have complained.
        users: Tickets = "5 tickets";
        /// Complaints that are older do not count.
        hears: Span = "10m";
        /// From one beat of a validator to the next.
        beat: Span = "1s";
        /// Validators suspect others from this phi on.
        phi: Ratio<100> = 8;
        /// Whether operators are told of suspicions.
        peers_tell: bool = false;
        /// An operation that takes longer to be applied is late, for `bad` and burn rates.
        objective: Span = "5s";
        /// Share of operations that must not be late, for `budget_burnt`.
        target: Share = "99.9%";
        /// The load group whose operations are probes, for `probe.oldest` and `probe.latency`.
        probes: String;
        /// An incident that was quiet for so long is closed.
        calm: Span = "3m";
        /// So long until a process that operators start anew is up.
        boot: Span = "20s";
        /// What people do without a runbook.
        guess: GuessFile;
        /// How responsibility blurs where no role is named: of n who see it, each acts with the
        /// rate of one alone divided by n to the power of this.
        blur: Ratio<10> = 1;
        /// Without named roles: chance that somebody who begins later does not see that another
        /// has it, and works beside.
        overlap: Share = "50%";
        /// What lasts so long is declared: roles whose job is `commander` or `comms` are called.
        declares: Span = "10m";
        /// How an organisation answers in which nobody has a role.
        others: AnswersFile;
        /// Rules that production has, a file of Prometheus; they come after those written here.
        alerts: RulesFile;
        /// What production calls the gauges that rules look at.
        names: NamesFile;
        /// Alert rules, in order.
        alert: Vec<At<AlertFile>>;
        /// Who can be paged, by a name of your choice; the first responder is called when users
        /// complain.
        role: Named<RoleFile>;
        /// What to do, by alert.
        runbook: Vec<At<RunbookFile>>;
        /// What acts by itself when an alert fires.
        automation: Vec<At<AutomationFile>>;
    }
}

section! {
    /// What people do without a runbook: look around, act on an idea, wait, try again.
    GuessFile, "a guess" => {
        /// Median time until somebody has an idea, log-normal.
        takes: Span = "5m";
        /// Chance that it is the right one; divided by the number of alerts that fire.
        right: Share = "40%";
        /// After a try, so long until the next.
        waits: Span = "2m";
        /// Share of the validators in `[time]` that get a version made in haste, whose clock is
        /// right and which knows no links.
        patch: Share = "0%";
    }
}

section! {
    /// An alert rule: `when` or `burn`.
    AlertFile, "an alert rule" => {
        /// Its name.
        name: String;
        /// What must hold: `oldest_unconfirmed > 20s`, `waiting > 1000`, `refused over 5m > 5%`.
        when: String;
        /// Or that errors use up their budget too fast.
        burn: BurnFile;
        /// For how long it must hold before the rule fires.
        lasts as "for": Span = "0s";
        /// The role that it pages; without it, it pages nobody.
        page: String;
    }
}

section! {
    /// A multi-window burn rate.
    BurnFile, "a burn rate" => {
        /// How many times as fast as the objective allows.
        factor: Factor;
        /// The long window.
        long: Span;
        /// The short window.
        short: Span;
        /// Share of operations that must be good.
        objective: Share;
    }
}

section! {
    /// Somebody who can be paged.
    RoleFile, "a role" => {
        /// `responder` repairs it; `commander` lets one work and calls everybody in who may be
        /// needed; `comms` tells users that it is known. The last two are called when an incident
        /// is declared.
        job: Job = "responder";
        /// How many there are of it. Those after the first are called `name-2` and on, and belong
        /// to the next organisations in turn.
        count: Count<1, 1000> = 1;
        /// The organisation; the first by default.
        operator: String;
        /// How pages are answered.
        answers: AnswersFile;
        /// What happens without an answer; nothing by default.
        escalate: EscalateFile;
        /// Whether pages reach it: `false` is a channel that is dead.
        reached: bool = true;
    }
}

section! {
    /// How pages are answered: medians of a log-normal law.
    AnswersFile, "a way to answer", alone "staffing" => {
        /// `on-call`: 3 minutes by day and 7 by night; `reachable`: half an hour and an hour;
        /// `looks-in`, when they next look by themselves: 4 and 9 hours.
        staffing: Staffing = "on-call";
        /// By day, where it is not as the staffing says.
        day: Span;
        /// By night, where it is not as the staffing says.
        night: Span;
        /// When day begins for them, by the run's clock.
        from: Clock = "07:00";
        /// When it ends.
        until: Clock = "22:00";
        /// Chance of no answer at all by night.
        misses: Share = "10%";
    }
}

section! {
    /// Whom a page goes to when nobody answers.
    EscalateFile, "an escalation" => {
        /// After so long.
        after: Span;
        /// To that role.
        to: String;
    }
}

section! {
    /// What to do about one alert. No step names the culprit: `suspect` is what `inspect` found.
    RunbookFile, "a runbook" => {
        /// The alert rule, or `tickets` for what users complain of.
        alert: String;
        /// In order; when all are done and the alert still fires, they begin again.
        steps: Vec<At<StepFile>>;
    }
}

section! {
    /// One step.
    StepFile, "a step" => {
        /// What is done.
        does as "do": Remedy;
        /// On what: `suspect`, `routers`, `validators`, `bulkheads`, `leader`, `everybody`.
        on: Scope = "suspect";
        /// How long it takes.
        takes: Span = "3m";
        /// Chance that it works; if not, it is done again, three times in all.
        works: Share = "100%";
        /// What `shed` turns away.
        share: Share = "50%";
        /// So many operations `limit` lets a router hold.
        limit: Count<0, 100_000_000>;
        /// Needs the operators of this share of the hosts, all at once: a restart that needs a
        /// quorum. Whoever comes later does it alone.
        together: Share;
    }
}

section! {
    /// What acts by itself. It looks at what an operator would see, and can be as wrong.
    AutomationFile, "an automation" => {
        /// Its name.
        name: String;
        /// The alert rule that sets it off.
        alert: String;
        /// What it does.
        does as "do": Remedy;
        /// Among whom it looks for the worst; `leader` for `fail-over`.
        on: Scope = "bulkheads";
        /// So many operations `limit` lets a router hold.
        limit: Count<0, 100_000_000>;
        /// From the alert to the act.
        takes: Span = "5s";
        /// It does not act again for so long.
        cooldown: Span = "10m";
        /// Whether it looks first whether the act is safe: nobody else of the kind is out, and who
        /// is to lead can.
        gate: bool = true;
    }
}

impl BurnFile {
    /// How one is written.
    pub(crate) const EXAMPLE: &'static str =
        "`{ factor = \"14.4x\", long = \"1h\", short = \"5m\", objective = \"99.9%\" }`";
}
