# The fits that EcoGlmm is held to: Rscript tests/reference/fits.R [name ...]  writes fits.json next to this script.
#
# Gaussian models with the identity link come from lme4::lmer, everything else (and models without random effects) from glmmTMB, whose
# Laplace approximation uses the observed Hessian and keeps all constants. Models with a canonical link are fitted by lme4::glmer as
# well, as a check on the log-likelihood. "factors" names the columns to be made factors, with their levels in order.

source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))), "common.R"))
source(file.path(this.folder, "result.R"))
source(file.path(this.folder, "run.R"))

cases <- list()
case <- function(name, data, formula, family = "gaussian", link = NULL, reml = FALSE, weights = NULL, factors = list(), zero = NULL,
                 reduced = NULL, unusual = NULL) {
  stopifnot(!name %in% names(cases))
  cases[[name]] <<- list(name = name, data = data, formula = formula, family = family, link = link, reml = reml, weights = weights,
                         factors = factors, zero = zero, reduced = reduced)
}
both <- function(name, ...) {
  case(paste(name, "ML"), ..., reml = FALSE)
  case(paste(name, "REML"), ..., reml = TRUE)
}

period <- list(period = c("1", "2", "3", "4"))
year <- list(YEAR = c("95", "96", "97"))
trt <- list(trt = c("placebo", "drug", "drug+"))
species <- list(spp = c("GP", "PR", "DM", "EC-A", "EC-L", "DES-L", "DF"), mined = c("yes", "no"))
sex <- list(Sex = c("Male", "Female"))
dose <- list(sex = c("Male", "Female"), Treatment = c("Control", "Low", "High"))

# Gaussian, identity
both("sleepstudy correlated slopes", "sleepstudy", "Reaction ~ Days + (Days | Subject)")
both("sleepstudy uncorrelated slopes", "sleepstudy", "Reaction ~ Days + (Days || Subject)")
case("sleepstudy two terms on one group", "sleepstudy", "Reaction ~ 1 + Days + (1 | Subject) + (0 + Days | Subject)", reml = TRUE)
case("sleepstudy polynomial", "sleepstudy", "Reaction ~ poly(Days, 2) + (1 | Subject)")
case("sleepstudy natural spline", "sleepstudy", "Reaction ~ ns(Days, df = 3) + (1 + Days | Subject)")
case("sleepstudy scaled and squared", "sleepstudy", "Reaction ~ scale(Days) + I(Days^2) + (1 | Subject)", reml = TRUE)
case("sleepstudy log response", "sleepstudy", "log(Reaction) ~ Days + (Days | Subject)", reml = TRUE)
case("sleepstudy slope only", "sleepstudy", "Reaction ~ Days + (0 + Days | Subject)")
case("sleepstudy no intercept", "sleepstudy", "Reaction ~ 0 + Days + (1 | Subject)")
case("sleepstudy offset", "sleepstudy", "Reaction ~ Days + offset(10 * Days) + (1 | Subject)")
case("sleepstudy aliased", "sleepstudy", "Reaction ~ Days + I(2 * Days) + I(Days^2) + (1 | Subject)")
both("sleepstudy fixed only", "sleepstudy", "Reaction ~ Days")
both("penicillin crossed", "penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)")
both("dyestuff", "dyestuff", "Yield ~ 1 + (1 | Batch)")
both("dyestuff2 singular", "dyestuff2", "Yield ~ 1 + (1 | Batch)")
both("pastes nested", "pastes", "strength ~ 1 + (1 | batch/cask)")
case("pastes sample", "pastes", "strength ~ 1 + (1 | batch) + (1 | sample)", reml = TRUE)
both("cake interaction", "cake", "angle ~ recipe * temp + (1 | replicate) + (1 | recipe:replicate)")
case("cake aliased factor", "cake", "angle ~ recipe + temp + temperature + (1 | replicate/recipe)",
     factors = list(temperature = c("175", "185", "195", "205", "215", "225")))
both("machines nested", "machines", "score ~ Machine + (1 | Worker/Machine)")
case("machines factor slopes", "machines", "score ~ Machine + (0 + Machine | Worker)", reml = TRUE)
case("machines factor slopes with intercept", "machines", "score ~ 0 + Machine + (Machine | Worker)")
both("ergostool", "ergostool", "effort ~ Type + (1 | Subject)")
both("orthodont growth", "orthodont", "distance ~ age * Sex + (age | Subject)", factors = sex)
case("orthodont centred", "orthodont", "distance ~ I(age - 11) * Sex + (I(age - 11) || Subject)", factors = sex)
both("oats split plot", "oats", "Y ~ N * V + (1 | B/V)")
case("oats interaction without main effect", "oats", "Y ~ V + V:N + (1 | B)")
both("sitka growth", "sitka", "size ~ Time * treat + (1 | tree)")
case("sitka quadratic slopes", "sitka", "size ~ poly(Time, 2) * treat + (scale(Time) | tree)", reml = TRUE)
both("ratpupweight", "ratpupweight", "weight ~ Treatment * sex + Lsize + (1 | Litter)", factors = dose)
case("ovary cubic", "ovary", "follicles ~ poly(Time, 3) + (1 | Mare)", reml = TRUE)
both("exam slopes", "exam", "normexam ~ standLRT + sex + schgend + (standLRT | school)", factors = list(schgend = c("mixed", "boys", "girls")))
case("nlschools slopes", "nlschools", "lang ~ IQ + SES + COMB + (IQ | class)", reml = TRUE, factors = list(COMB = c("0", "1")))
case("mmmec rates weighted", "mmmec", "deaths/expected ~ uvb + (1 | nation/region)", weights = "expected", reml = TRUE)
case("insurance severity weighted", "insurance", "Claims/Holders ~ Age + (1 | District) + (1 | Group)", weights = "Holders")
case("arabidopsis log fruits", "arabidopsis", "log(total.fruits + 1) ~ amd * nutrient + rack + status + (amd | gen) + (1 | popu)", reml = TRUE,
     factors = list(nutrient = c("1", "8"), rack = c("1", "2")))
case("arabidopsis sqrt fruits by region", "arabidopsis", "sqrt(total.fruits) ~ reg + (amd + nutrient)^2 + (1 | reg:popu) + (1 | popu:gen)",
     factors = list(nutrient = c("1", "8")))
case("chem97 three levels", "chem97", "score ~ gcsecnt + gender + (1 | school) + (1 | lea)", reml = TRUE, factors = list(gender = c("M", "F")))
case("insteval crossed", "insteval", "y ~ service + (1 | s) + (1 | d)", factors = list(service = c("0", "1")))
case("sleepstudy gaussian log link", "sleepstudy", "Reaction ~ Days + (1 | Subject)", "gaussian", "log")

# Poisson
grouse <- "TICKS ~ YEAR + scale(HEIGHT) + (1 | BROOD) + (1 | INDEX) + (1 | LOCATION)"
case("grouseticks three terms with observation level", "grouseticks", grouse, "poisson", factors = year)
case("grouseticks nested", "grouseticks", "TICKS ~ YEAR * cHEIGHT + (1 | LOCATION/BROOD)", "poisson", factors = year)
owls <- "SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize)) + (1 | Nest)"
case("owls poisson", "owls", owls, "poisson")
case("owls poisson offset column", "owls", "SiblingNegotiation ~ FoodTreatment + ArrivalTime + offset(logBroodSize) + (FoodTreatment | Nest)", "poisson")
case("owls poisson factor effects", "owls", "SiblingNegotiation ~ 0 + FoodTreatment + offset(logBroodSize) + (0 + FoodTreatment | Nest)", "poisson")
case("owls poisson spline", "owls", "SiblingNegotiation ~ ns(ArrivalTime, 3) + SexParent + offset(logBroodSize) + (1 | Nest)", "poisson")
case("owls poisson uncorrelated slopes", "owls", "SiblingNegotiation ~ scale(ArrivalTime) + offset(logBroodSize) + (scale(ArrivalTime) || Nest)", "poisson")
case("owls poisson uncorrelated factor", "owls", "SiblingNegotiation ~ FoodTreatment + offset(logBroodSize) + (FoodTreatment || Nest)", "poisson")
case("owls poisson fixed only", "owls", "SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize))", "poisson")
case("epilepsy poisson", "epilepsy", "y ~ lbase * trt + lage + V4 + (1 | subject)", "poisson")
case("epilepsy poisson slopes", "epilepsy", "y ~ lbase * trt + lage + scale(period) + (scale(period) | subject)", "poisson")
case("epilepsy poisson weights", "epilepsy", "y ~ lbase + trt + (1 | subject)", "poisson", weights = "period")
case("salamanders poisson", "salamanders", "count ~ spp * mined + (1 | site)", "poisson", factors = species)
case("salamanders poisson covariates", "salamanders", "count ~ cover + DOP + poly(Wtemp, 2) + DOY + mined + (1 | site) + (1 | spp)", "poisson", factors = species)
case("owls poisson sqrt link", "owls", "SiblingNegotiation ~ FoodTreatment * SexParent + (1 | Nest)", "poisson", "sqrt")
case("mmmec poisson nested", "mmmec", "deaths ~ uvb + offset(log(expected)) + (1 | nation/region)", "poisson")
case("mmmec poisson slopes", "mmmec", "deaths ~ uvb + offset(log(expected)) + (uvb | nation) + (1 | region)", "poisson")
case("insurance poisson fixed only", "insurance", "Claims ~ District + Group + Age + offset(log(Holders))", "poisson",
     factors = list(District = c("1", "2", "3", "4"), Group = c("<1l", "1-1.5l", "1.5-2l", ">2l"), Age = c("<25", "25-29", "30-35", ">35")))
case("arabidopsis poisson", "arabidopsis", "total.fruits ~ nutrient * amd + rack + status + (1 | popu) + (1 | gen)", "poisson",
     factors = list(nutrient = c("1", "8"), rack = c("1", "2")))
case("epilepsy poisson singular", "epilepsy", "y ~ lbase * trt + V4 + (1 | subject) + (1 | period)", "poisson",
     zero = "period", reduced = "y ~ lbase * trt + V4 + (1 | subject)")
case("grouseticks aliased", "grouseticks", "TICKS ~ YEAR + cHEIGHT + HEIGHT + (1 | BROOD)", "poisson", factors = year)
case("quine poisson aliased", "quine", "Days ~ Eth * Sex * Age * Lrn", "poisson")

# Binomial
case("cbpp cbind", "cbpp", "cbind(incidence, size - incidence) ~ period + (1 | herd)", "binomial", factors = period)
case("cbpp proportion", "cbpp", "incidence/size ~ period + (1 | herd)", "binomial", weights = "size", factors = period)
case("cbpp probit", "cbpp", "cbind(incidence, size - incidence) ~ period + (1 | herd)", "binomial", "probit", factors = period)
case("cbpp cloglog", "cbpp", "cbind(incidence, size - incidence) ~ period + (1 | herd)", "binomial", "cloglog", factors = period)
case("cbpp linear period slopes", "cbpp", "cbind(incidence, size - incidence) ~ period + (period || herd)", "binomial",
     zero = "herd period", reduced = "cbind(incidence, size - incidence) ~ period + (1 | herd)")
case("bacteria factor response", "bacteria", "y ~ trt + week + (1 | ID)", "binomial", factors = trt)
case("bacteria singular", "bacteria", "y ~ trt + week + (1 | ID) + (1 | ap)", "binomial", factors = trt, zero = "ap", reduced = "y ~ trt + week + (1 | ID)")
case("bacteria probit", "bacteria", "y ~ trt * week + (1 | ID)", "binomial", "probit", factors = trt)
case("contraception", "contraception", "use ~ age + I(age^2) + urban + livch + (1 | district)", "binomial")
case("contraception urban slopes", "contraception", "use ~ age + I(age^2) + urban + livch + (urban | district)", "binomial")
case("contraception cloglog", "contraception", "use ~ poly(age, 2) * urban + (1 | urban:district)", "binomial", "cloglog")
case("snails fixed only", "snails", "cbind(Deaths, N - Deaths) ~ Species + Exposure + Rel.Hum + Temp", "binomial")
case("snails fixed only cloglog", "snails", "cbind(Deaths, N - Deaths) ~ Species * Exposure + Rel.Hum + Temp", "binomial", "cloglog")
case("guimmun two levels", "guimmun", "immun ~ kid2p + mom25p + ord + ethn + momEd + husEd + momWork + rural + pcInd81 + (1 | comm)", "binomial")
case("guimmun mothers in communities", "guimmun", "immun ~ kid2p + rural + pcInd81 + (1 | mom) + (1 | comm)", "binomial")
case("verbagg crossed", "verbagg", "r2 ~ Anger + Gender + btype + situ + mode + (1 | id) + (1 | item)", "binomial", factors = list(mode = c("want", "do")))

# Negative binomial
case("owls nbinom2", "owls", owls, "nbinom2")
case("owls nbinom1", "owls", owls, "nbinom1")
case("owls nbinom2 slopes", "owls", "SiblingNegotiation ~ FoodTreatment + ArrivalTime + offset(logBroodSize) + (scale(ArrivalTime) || Nest)", "nbinom2")
case("owls nbinom2 fixed only", "owls", "SiblingNegotiation ~ FoodTreatment * SexParent + offset(log(BroodSize))", "nbinom2")
case("quine nbinom2 fixed only", "quine", "Days ~ Eth + Sex + Age + Lrn", "nbinom2")
case("quine nbinom1 fixed only", "quine", "Days ~ Eth + Sex + Age + Lrn", "nbinom1")
case("quine nbinom2 groups", "quine", "Days ~ Eth + Lrn + (1 | Sex:Age)", "nbinom2")
case("epilepsy nbinom2", "epilepsy", "y ~ lbase * trt + lage + V4 + (1 | subject)", "nbinom2")
case("epilepsy nbinom1", "epilepsy", "y ~ lbase * trt + lage + V4 + (1 | subject)", "nbinom1")
case("salamanders nbinom2", "salamanders", "count ~ spp * mined + (1 | site)", "nbinom2", factors = species)
case("salamanders nbinom1", "salamanders", "count ~ spp + mined + (1 | site)", "nbinom1", factors = species)
case("grouseticks nbinom2", "grouseticks", "TICKS ~ YEAR + cHEIGHT + (1 | BROOD) + (1 | LOCATION)", "nbinom2", factors = year)
case("arabidopsis nbinom2", "arabidopsis", "total.fruits ~ nutrient * amd + rack + (1 | popu) + (1 | gen)", "nbinom2",
     factors = list(nutrient = c("1", "8"), rack = c("1", "2")))
case("quine nbinom2 sqrt link", "quine", "Days ~ Sex * Age + (1 | Eth:Lrn)", "nbinom2", "sqrt")

# Gamma
case("sleepstudy gamma log slopes", "sleepstudy", "Reaction ~ Days + (Days | Subject)", "Gamma", "log")
case("sleepstudy gamma inverse", "sleepstudy", "I(Reaction/100) ~ Days + (1 | Subject)", "Gamma", "inverse")
case("cake gamma log", "cake", "angle ~ recipe * temp + (1 | replicate)", "Gamma", "log")
case("ratpupweight gamma log", "ratpupweight", "weight ~ Treatment + sex + Lsize + (1 | Litter)", "Gamma", "log", factors = dose)
case("orthodont gamma identity", "orthodont", "distance ~ age + Sex + (1 | Subject)", "Gamma", "identity", factors = sex)
case("machines gamma inverse fixed only", "machines", "I(score/10) ~ Machine", "Gamma", "inverse")

run.all("fits.json", c("lme4", "glmmTMB", "TMB", "Matrix", "MASS", "nlme", "mlmRev", "jsonlite"))
