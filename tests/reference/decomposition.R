# Within- and between-individual effects from columns made by hand, by lme4 and glmmTMB, on the sequential data of the Mayo Clinic trial in
# primary biliary cirrhosis: Rscript tests/reference/decomposition.R  writes decomposition.json.

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))

d <- read.data("pbcseq")
d$years <- d$day / 365.25
d$m <- ave(d$years, d$id)
d$w <- d$years - d$m
d$l <- ave(d$years, d$id, FUN = max)
d$agenow <- d$age + d$years
d$f <- ave(d$agenow, d$id, FUN = min)
d$al <- ave(d$agenow, d$id, FUN = max)
d$am <- ave(d$agenow, d$id)
d$aw <- d$agenow - d$am
d$terminal <- as.numeric(d$years == d$l)
d$s <- d$years^2
d$sm <- ave(d$s, d$id)
d$sw <- d$s - d$sm

# R's name of each coefficient -> the name that EcoGlmm gives it.
within.name <- function(x) sprintf("within(%s, id)", x)
between.name <- function(x) sprintf("between(%s, id)", x)
last.name <- function(x) sprintf("last(%s, id)", x)
names.of <- c("(Intercept)" = "(Intercept)", years = "years", w = within.name("years"), m = between.name("years"), l = last.name("years"),
              "years:l" = paste0("years:", last.name("years")), terminal = paste0("as.numeric(years == ", last.name("years"), ")"),
              "I(years^2)" = "I(years^2)", "I(w^2)" = "I(within(years, id)^2)", "I(m^2)" = "I(between(years, id)^2)",
              sw = within.name("I(years^2)"), sm = between.name("I(years^2)"), agenow = "agenow", f = "first(agenow, id)",
              al = last.name("agenow"), aw = within.name("agenow"), am = between.name("agenow"),
              trt = "trt", sexm = "sexm")

result <- list()
add <- function(method, age, fit, package, family, link, response) {
  fixed <- if (package == "lme4") fixef(fit) else fixef(fit)$cond
  v <- if (package == "lme4") as.matrix(vcov(fit)) else vcov(fit)$cond
  stopifnot(all(names(fixed) %in% names(names.of)))
  difference <- NULL
  pair <- if (all(c("w", "m") %in% names(fixed))) c("w", "m") else if (all(c("aw", "am") %in% names(fixed))) c("aw", "am") else NULL
  if (!is.null(pair)) difference <- list(
    estimate = unname(fixed[pair[2]] - fixed[pair[1]]),
    standardError = sqrt(v[pair[1], pair[1]] + v[pair[2], pair[2]] - 2 * v[pair[1], pair[2]]))
  result[[length(result) + 1]] <<- list(
    method = method, age = age, response = response, package = package, family = family, link = link, logLik = as.numeric(logLik(fit)),
    coefficients = lapply(names(fixed), function(n) list(name = unname(names.of[n]), estimate = unname(fixed[n]), standardError = sqrt(v[n, n]))),
    difference = difference)
}
linear <- list(MeanCentring = "w + m", AgeAtLast = "years + l", AgeAtLastByAge = "years * l", TerminalYear = "years + l + terminal",
               NaiveQuadratic = "years + I(years^2)", QuadraticSquaredDeviation = "w + I(w^2) + m + I(m^2)",
               QuadraticDeviationOfSquare = "w + sw + m + sm", AgeAtLastQuadratic = "years + I(years^2) + l", Naive = "years")
for (method in names(linear)) {
  add(method, "years", fit.lmer(as.formula(paste("albumin ~", linear[[method]], "+ (1 | id)")), d, FALSE), "lme4", "gaussian", "identity", "albumin")
  if (method %in% c("MeanCentring", "AgeAtLast", "AgeAtLastByAge"))
    add(method, "years", fit.glmmTMB(as.formula(paste("bili ~", linear[[method]], "+ (1 | id)")), d, Gamma("log")), "glmmTMB", "Gamma", "log", "bili")
}
add("RandomSlopes", "years", fit.lmer(albumin ~ w + m + (w | id), d, FALSE), "lme4", "gaussian", "identity", "albumin")
add("AgeAtFirstAndLast", "agenow", fit.lmer(albumin ~ agenow + f + al + (1 | id), d, FALSE), "lme4", "gaussian", "identity", "albumin")
add("MeanCentring", "agenow", fit.lmer(albumin ~ aw + am + (1 | id), d, FALSE), "lme4", "gaussian", "identity", "albumin")
# Means are those of the rows that the model uses.
seen <- d[!is.na(d$spiders), ]
seen$m <- ave(seen$years, seen$id)
seen$w <- seen$years - seen$m
add("MeanCentring", "years", fit.glmmTMB(spiders ~ w + m + (1 | id), seen, binomial()), "glmmTMB", "binomial", "logit", "spiders")

# The decomposition of the change of the population mean (Rebke et al. 2010), by whole years of follow-up, straight from its definition.
k <- floor(d$years)
cell <- tapply(d$albumin, list(d$id, k), mean)
steps <- lapply(seq_len(ncol(cell) - 1), function(j) {
  a <- cell[, j]; b <- cell[, j + 1]; both <- !is.na(a) & !is.na(b)
  if (sum(both) < 5) return(NULL)
  list(both = sum(both), total = mean(b, na.rm = TRUE) - mean(a, na.rm = TRUE), within = mean(b[both]) - mean(a[both]),
       leaving = mean(a[both]) - mean(a, na.rm = TRUE), arriving = mean(b, na.rm = TRUE) - mean(b[both]))
})
save.json(list(versions = package.versions(c("lme4", "glmmTMB", "jsonlite")), fits = result, steps = Filter(Negate(is.null), steps)), "decomposition.json")
