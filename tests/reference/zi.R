# Zero inflation, dispersion models and the less common families: Rscript tests/reference/zi.R [name ...]  writes zi.json.
# All from glmmTMB; the dispersion coefficients of Gaussian models are on the scale of log sigma.

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
source(file.path(this.folder, "result.R"))
source(file.path(this.folder, "run.R"))

cases <- list()
case <- function(name, data, formula, family, zi = NULL, disp = NULL, link = NULL, factors = list(), weights = NULL,
                 zero = NULL, reduced = NULL, only = NULL) {
  stopifnot(!name %in% names(cases))
  cases[[name]] <<- list(name = name, data = data, formula = formula, family = family, link = link, reml = FALSE, zi = zi, disp = disp,
                         weights = weights, factors = factors, zero = zero, reduced = reduced, only = only)
}
species <- list(spp = c("GP", "PR", "DM", "EC-A", "EC-L", "DES-L", "DF"), mined = c("yes", "no"))
period <- list(period = c("1", "2", "3", "4"))
owls <- "SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize)) + (1 | Nest)"

case("owls zero-inflated poisson", "owls", owls, "poisson", zi = "~ 1")
case("owls zero-inflated poisson with predictors", "owls", owls, "poisson", zi = "~ FoodTreatment + ArrivalTime")
case("owls zero-inflated poisson with nests in both parts", "owls", owls, "poisson", zi = "~ FoodTreatment + (1 | Nest)")
case("owls zero-inflated nbinom2", "owls", owls, "nbinom2", zi = "~ 1")
case("owls zero-inflated nbinom1", "owls", owls, "nbinom1", zi = "~ FoodTreatment")
case("owls nbinom2 dispersion", "owls", owls, "nbinom2", disp = "~ FoodTreatment")
case("owls zero-inflated nbinom2 dispersion", "owls", owls, "nbinom2", zi = "~ 1", disp = "~ SexParent")
case("owls nbinom1 dispersion", "owls", owls, "nbinom1", disp = "~ FoodTreatment")
case("salamanders zero-inflated poisson", "salamanders", "count ~ spp * mined + (1 | site)", "poisson", zi = "~ mined", factors = species)
case("salamanders zero-inflated poisson both parts", "salamanders", "count ~ spp + mined + (1 | site)", "poisson", zi = "~ spp + mined", factors = species)
case("salamanders zero-inflated nbinom2", "salamanders", "count ~ spp * mined + (1 | site)", "nbinom2", zi = "~ mined", factors = species)
case("salamanders zero-inflated nbinom2 full", "salamanders", "count ~ spp * mined + (1 | site)", "nbinom2", zi = "~ spp * mined", factors = species,
     only = "likelihood")   # the zero-inflation of some species runs off to zero
case("salamanders hurdle poisson", "salamanders", "count ~ spp + mined + (1 | site)", "truncated_poisson", zi = "~ spp * mined", factors = species)
case("salamanders hurdle nbinom2", "salamanders", "count ~ spp * mined + (1 | site)", "truncated_nbinom2", zi = "~ spp * mined", factors = species)
case("salamanders hurdle nbinom1", "salamanders", "count ~ spp + mined + (1 | site)", "truncated_nbinom1", zi = "~ mined", factors = species)
case("salamanders nbinom2 dispersion", "salamanders", "count ~ spp + mined + (1 | site)", "nbinom2", disp = "~ DOY + mined", factors = species)
case("sleepstudy gaussian dispersion", "sleepstudy", "Reaction ~ Days + (1 | Subject)", "gaussian", disp = "~ Days")
case("orthodont gaussian dispersion", "orthodont", "distance ~ age * Sex + (1 | Subject)", "gaussian", disp = "~ Sex", factors = list(Sex = c("Male", "Female")))
case("ratpupweight gamma dispersion", "ratpupweight", "weight ~ Treatment + sex + Lsize + (1 | Litter)", "Gamma", link = "log", disp = "~ Treatment",
     factors = list(sex = c("Male", "Female"), Treatment = c("Control", "Low", "High")))
case("cake beta", "cake", "I(angle/100) ~ recipe + temp + (1 | replicate)", "beta_family")
case("cake beta dispersion", "cake", "I(angle/100) ~ recipe + temp + (1 | replicate)", "beta_family", disp = "~ temp")
case("cake beta probit", "cake", "I(angle/100) ~ recipe * temp + (1 | replicate)", "beta_family", link = "probit")
case("cbpp betabinomial", "cbpp", "cbind(incidence, size - incidence) ~ period + (1 | herd)", "betabinomial", factors = period,
     zero = "herd", reduced = "cbind(incidence, size - incidence) ~ period")
case("quine betabinomial", "quine", "cbind(Days, 90 - Days) ~ Eth + Sex + (1 | Age:Lrn)", "betabinomial")
case("cbpp betabinomial cloglog fixed only", "cbpp", "cbind(incidence, size - incidence) ~ period", "betabinomial", link = "cloglog", factors = period)
case("arabidopsis tweedie", "arabidopsis", "total.fruits ~ nutrient * amd + (1 | popu)", "tweedie", factors = list(nutrient = c("1", "8")))
case("owls tweedie rate", "owls", "NegPerChick ~ FoodTreatment * SexParent + (1 | Nest)", "tweedie")
case("ratpupweight student t", "ratpupweight", "weight ~ Treatment + sex + Lsize + (1 | Litter)", "t_family",
     factors = list(sex = c("Male", "Female"), Treatment = c("Control", "Low", "High")))
case("ovary student t", "ovary", "follicles ~ poly(Time, 3) + (1 | Mare)", "t_family")
case("owls genpois", "owls", owls, "genpois")
case("epilepsy genpois", "epilepsy", "y ~ lbase * trt + lage + V4 + (1 | subject)", "genpois")
case("epilepsy compois", "epilepsy", "y ~ lbase * trt + lage + V4 + (1 | subject)", "compois")
case("quine genpois fixed only", "quine", "Days ~ Eth + Sex + Age + Lrn", "genpois")
case("owls zero-inflated genpois", "owls", owls, "genpois", zi = "~ 1")
case("arabidopsis hurdle gamma", "arabidopsis", "total.fruits ~ nutrient * amd + (1 | popu)", "ziGamma", link = "log", zi = "~ amd",
     factors = list(nutrient = c("1", "8")))

run.all("zi.json", c("glmmTMB", "TMB", "Matrix", "jsonlite"))
