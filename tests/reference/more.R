# Models that have more than one local maximum, and grouping, coding and links that the other files leave out:
# Rscript tests/reference/more.R [name ...]  writes more.json.

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
source(file.path(this.folder, "result.R"))
source(file.path(this.folder, "run.R"))

cases <- list()
case <- function(name, data, formula, family, zi = NULL, disp = NULL, link = NULL, reml = FALSE, factors = list(), weights = NULL,
                 zero = NULL, reduced = NULL, only = NULL) {
  stopifnot(!name %in% names(cases))
  cases[[name]] <<- list(name = name, data = data, formula = formula, family = family, link = link, reml = reml, zi = zi, disp = disp,
                         weights = weights, factors = factors, zero = zero, reduced = reduced, only = only)
}
species <- list(spp = c("GP", "PR", "DM", "EC-A", "EC-L", "DES-L", "DF"), mined = c("yes", "no"))
period <- list(period = c("1", "2", "3", "4"))
year <- list(YEAR = c("95", "96", "97"))
nutrient <- list(nutrient = c("1", "8"), rack = c("1", "2"))
diet <- list(Diet = c("1", "2", "3", "4"))

case("salamanders poisson sqrt link", "salamanders", "count ~ mined + cover + (1 | spp)", "poisson", link = "sqrt", factors = species)
case("salamanders zero-inflated nbinom1 local maximum", "salamanders", "count ~ spp + mined + (1 | site)", "nbinom1", zi = "~ spp + mined",
     factors = species, only = "likelihood")   # the zero-inflation of some species runs off to zero
case("salamanders hurdle poisson crossed in both parts", "salamanders", "count ~ mined + (1 | spp) + (1 | site)", "truncated_poisson",
     zi = "~ mined + (1 | spp)", factors = species, only = "likelihood")
case("salamanders species slopes", "salamanders", "count ~ mined * scale(Wtemp) + (1 + mined | spp) + (1 | site)", "poisson", factors = species)
case("salamanders nbinom2 three terms", "salamanders", "count ~ mined + DOY + sample + (1 | site) + (1 | spp)", "nbinom2", factors = species)
case("grouseticks year slopes", "grouseticks", "TICKS ~ YEAR * scale(HEIGHT) + (YEAR | LOCATION)", "poisson", factors = year)
case("grouseticks zero-inflated poisson", "grouseticks", "TICKS ~ YEAR + cHEIGHT + (1 | BROOD)", "poisson", zi = "~ YEAR", factors = year)
case("grouseticks nbinom1 slopes", "grouseticks", "TICKS ~ YEAR + cHEIGHT + (cHEIGHT | LOCATION)", "nbinom1", factors = year)
case("arabidopsis nbinom2 slopes", "arabidopsis", "total.fruits ~ nutrient * amd + (nutrient | gen)", "nbinom2", factors = nutrient)
case("owls nbinom1 slopes", "owls", "SiblingNegotiation ~ FoodTreatment + offset(logBroodSize) + (FoodTreatment | Nest)", "nbinom1")
case("owls zero-inflated slopes", "owls", "SiblingNegotiation ~ FoodTreatment + ArrivalTime + (FoodTreatment | Nest)", "poisson",
     zi = "~ FoodTreatment + ArrivalTime")
case("epilepsy zero-inflated poisson", "epilepsy", "y ~ lbase * trt + V4 + (1 | subject)", "poisson", zi = "~ trt")
case("cbpp cloglog without intercept", "cbpp", "cbind(incidence, size - incidence) ~ period - 1 + (1 | herd)", "binomial", link = "cloglog", factors = period)
case("bacteria logical covariate", "bacteria", "y ~ trt + I(week > 2) + (1 | ID)", "binomial", factors = list(trt = c("placebo", "drug", "drug+")))
case("contraception nested and crossed", "contraception", "use ~ age + I(age^2) + urban + livch + (1 | district:urban) + (1 | district)", "binomial")
case("quine nbinom2 identity fixed only", "quine", "Days ~ Sex + Eth + Age + Lrn", "nbinom2", link = "identity")
case("bodyweight slopes", "bodyweight", "weight ~ Time * Diet + (Time | Rat)", "gaussian", factors = list(Diet = c("1", "2", "3")), reml = TRUE)
case("bodyweight gamma identity slopes", "bodyweight", "weight ~ Time * Diet + (Time | Rat)", "Gamma", link = "identity", factors = list(Diet = c("1", "2", "3")))
case("gun overlapping terms", "gun", "rounds ~ Method * Physique + (1 | Team) + (0 + Method | Team)", "gaussian", reml = TRUE,
     factors = list(Physique = c("Slight", "Average", "Heavy")), only = "likelihood")   # the terms share a variance
case("chickweight gamma slopes", "chickweight", "weight ~ Time * Diet + (Time | Chick)", "Gamma", link = "log", factors = diet)
case("chickweight spread grows", "chickweight", "weight ~ Time + (1 | Chick)", "gaussian", disp = "~ Time", factors = diet)

run.all("more.json", c("lme4", "glmmTMB", "TMB", "Matrix", "jsonlite"))
