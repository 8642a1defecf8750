# Fits over further data sets, chosen for what goes wrong in practice: missing values, singular fits, odd codings, offsets, weights:
# Rscript tests/reference/corpus.R [name ...]  writes corpus.json.
#
# What scale(), poly() and ns() take from the data R takes from every row in which their own variable is known, rows that the model
# leaves out for another variable's sake included.

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
source(file.path(this.folder, "result.R"))
source(file.path(this.folder, "run.R"))

cases <- list()
case <- function(name, data, formula, family = "gaussian", zi = NULL, disp = NULL, link = NULL, reml = FALSE, factors = list(),
                 weights = NULL, zero = NULL, reduced = NULL, only = NULL) {
  stopifnot(!name %in% names(cases))
  cases[[name]] <<- list(name = name, data = data, formula = formula, family = family, link = link, reml = reml, zi = zi, disp = disp,
                         weights = weights, factors = factors, zero = zero, reduced = reduced, only = only)
}
tension <- list(tension = c("L", "M", "H"))

case("airquality scaled with missing values", "airquality", "Ozone ~ scale(Solar.R) + poly(Wind, 2) + Temp + (1 | Month)")
case("airquality interaction of scaled with missing values", "airquality", "log(Ozone) ~ scale(Solar.R) * scale(Temp) + Month",
     factors = list(Month = c("5", "6", "7", "8", "9")))
case("airquality gamma with missing values", "airquality", "Ozone ~ scale(Temp) + scale(Wind) + (1 | Month)", "Gamma", link = "log")
case("glucose natural spline with missing values", "glucose", "conc ~ ns(Time, 3) + Meal + (1 | Subject)", reml = TRUE,
     only = "likelihood")   # the variance between subjects is zero
case("glucose meals within subjects", "glucose", "conc ~ bs(Time, df = 4) * Meal + (1 | Subject:Meal)", reml = TRUE)
case("penguins with missing values", "penguins", "body_mass_g ~ species * sex + scale(flipper_length_mm) + (1 | island) + (1 | year)",
     reml = TRUE, only = "likelihood")   # the variance between islands is zero
case("penguins spread by species", "penguins", "flipper_length_mm ~ species + sex + (1 | year)", disp = "~ species")
case("betablocker slopes of treatment", "betablocker", "cbind(Deaths, Total - Deaths) ~ Treatment + (Treatment | Center)", "binomial",
     only = "likelihood")
case("betablocker by centre", "betablocker", "Deaths/Total ~ Treatment + (1 | Center)", "binomial", weights = "Total")
case("betablocker rate", "betablocker", "Deaths ~ Treatment + offset(log(Total)) + (1 | Center)", "nbinom2", only = "likelihood")
case("tribolium", "tribolium", "cbind(Remaining, Total - Remaining) ~ Species + (1 | Replicate)", "binomial")
case("tribolium probit without intercept", "tribolium", "cbind(Remaining, Total - Remaining) ~ 0 + Species + (1 | Replicate)", "binomial", link = "probit")
case("fabricfault nbinom2", "fabricfault", "Faults ~ log(Length)", "nbinom2")
case("cormorants nbinom1", "cormorants", "count ~ category + week + (1 | station)", "nbinom1")
case("cormorants week within station", "cormorants", "count ~ category * poly(week, 2) + (1 | station)", "poisson")
case("affairs zero-inflated nbinom2", "affairs", "affairs ~ age + yearsmarried + religiousness + rating", "nbinom2", zi = "~ religiousness + yearsmarried")
case("affairs hurdle truncated nbinom2", "affairs", "affairs ~ gender + yearsmarried + rating", "truncated_nbinom2", zi = "~ religiousness + rating")
case("affairs factor from numbers", "affairs", "I(affairs > 0) ~ age + yearsmarried + relevel(religiousness, ref = \"3\")", "binomial",
     factors = list(religiousness = c("1", "2", "3", "4", "5")))
case("insectsprays group effects", "insectsprays", "count ~ 1 + (1 | spray)", "poisson")
case("insectsprays sqrt link", "insectsprays", "count ~ 0 + spray", "poisson", link = "sqrt")
case("warpbreaks nbinom2", "warpbreaks", "breaks ~ wool * tension", "nbinom2", factors = tension)
case("warpbreaks genpois in groups", "warpbreaks", "breaks ~ wool + (1 | wool:tension)", "genpois", factors = tension)
case("oxide three levels", "oxide", "Thickness ~ Source + (1 | Lot/Wafer)", reml = TRUE)
case("oxide lots in sources", "oxide", "Thickness ~ 1 + (1 | Source/Lot/Wafer)", reml = TRUE, only = "likelihood")
case("beets split plot", "beets", "sugpct ~ block + sow + harvest + (1 | block:harvest)", reml = TRUE, factors = list(harvest = c("harv1", "harv2")))

run.all("corpus.json", c("lme4", "glmmTMB", "TMB", "Matrix", "jsonlite"))
