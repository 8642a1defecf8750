# Times what follows a fit, with emmeans, lme4, performance and lmerTest, and prints one JSON object a line:
#   Rscript benchmarks/R/time_inference.R <folder of the data sets>
# "seconds" is processor time, the fit itself not counted: the median of "repeats" calls after one that is not counted, or of one call where it
# takes many seconds.

folder <- commandArgs(TRUE)[1]
suppressPackageStartupMessages({ library(lme4); library(glmmTMB); library(emmeans); library(performance) })
read <- function(name) read.csv(file.path(folder, paste0(name, ".csv")), stringsAsFactors = TRUE)
owls <- read("owls")
salamanders <- read("salamanders")
sleep <- transform(read("sleepstudy"), Subject = factor(Subject))
cbpp <- transform(read("cbpp"), period = factor(period), herd = factor(herd))
chicks <- transform(read("chickweight"), Diet = factor(Diet), Chick = factor(Chick))

sleep.fit <- lmer(Reaction ~ Days + (Days | Subject), sleep, REML = FALSE)
cbpp.fit <- glmer(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, binomial)
chick.fit <- lmer(weight ~ Time * Diet + (Time | Chick), chicks, REML = FALSE)
owl.fit <- glmmTMB(SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize)) + (1 | Nest), owls, nbinom2)
salamander.fit <- glmmTMB(count ~ mined * spp + DOY + (1 | site), salamanders, poisson)

sleep.reml <- lmerTest::lmer(Reaction ~ Days + (Days | Subject), sleep)
chick.reml <- lmerTest::lmer(weight ~ Time * Diet + (Time | Chick), chicks)
oats <- read("oats")
oats.reml <- lmerTest::lmer(Y ~ V * N + (1 | B/V), oats)

# `share`: how many times as many refits or simulations the task has as were timed.
time <- function(task, call, repeats = 5, share = 1) {
  call <- substitute(call)
  run <- function() {
    t <- suppressMessages(suppressWarnings(system.time(eval(call, globalenv()))))
    t[["user.self"]] + t[["sys.self"]]
  }
  if (repeats > 1) run()
  cat(jsonlite::toJSON(list(task = task, seconds = share * median(replicate(repeats, run()))), auto_unbox = TRUE, digits = NA), "\n", sep = "")
}

time("Kenward-Roger, sleepstudy", coef(summary(sleep.reml, ddf = "Kenward-Roger")))
time("Kenward-Roger, chickweight", coef(summary(chick.reml, ddf = "Kenward-Roger")), 3)
time("Kenward-Roger, oats", coef(summary(oats.reml, ddf = "Kenward-Roger")), 3)
time("bootstrap of 1000, owls negative binomial", for (y in simulate(owl.fit, 10)) refit(owl.fit, y), 1, 100)
# simr's way: draw, fit by glmer, test by Wald's z.
sites <- data.frame(site = factor(rep(1:20, each = 5)), treatment = factor(rep(rep(c("new", "control"), 10), each = 5)))
power.once <- function() {
  sites$calls <- rpois(100, exp(1 + 0.4 * (sites$treatment == "new") + rnorm(20, 0, 0.3)[sites$site]))
  coef(summary(glmer(calls ~ treatment + (1 | site), sites, poisson)))[2, 4] < 0.05
}
time("power by 1000 simulations, 20 sites of 5 counts", replicate(20, power.once()), 1, 50)
time("marginal means, owls", summary(emmeans(owl.fit, ~FoodTreatment | SexParent, type = "response")))
time("marginal means and Tukey contrasts, salamanders", { m <- emmeans(salamander.fit, ~spp | mined); summary(m); summary(pairs(m), infer = TRUE) })
time("R2 and intraclass correlation, cbpp", { r2_nakagawa(cbpp.fit); icc(cbpp.fit) })
time("R2 and intraclass correlation, sleepstudy", { r2_nakagawa(sleep.fit); icc(sleep.fit) })
time("Satterthwaite, sleepstudy", coef(summary(lmerTest::as_lmerModLmerTest(sleep.fit))))
time("Satterthwaite, chickweight", coef(summary(lmerTest::as_lmerModLmerTest(chick.fit))))
time("profile intervals, sleepstudy", confint(sleep.fit, method = "profile", quiet = TRUE), 1)
time("profile intervals, cbpp", confint(cbpp.fit, method = "profile", quiet = TRUE), 1)
time("profile intervals, chickweight", confint(chick.fit, method = "profile", quiet = TRUE), 1)
time("bootstrap of 200, sleepstudy", confint(sleep.fit, method = "boot", nsim = 200, quiet = TRUE), 1)
time("bootstrap of 200, cbpp", confint(cbpp.fit, method = "boot", nsim = 200, quiet = TRUE), 1)
