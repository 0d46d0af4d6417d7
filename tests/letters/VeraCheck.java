import java.io.File;
import java.util.Map;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Validates files against flavours: VeraCheck ua1,3a FILE … prints one line for each failed rule, exits 1 if any. */
public class VeraCheck {
    public static void main(String[] arguments) throws Exception {
        java.util.logging.LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        boolean failed = false;
        for (int index = 1; index < arguments.length; index++) {
            for (String name : arguments[0].split(",")) {
                PDFAFlavour flavour = PDFAFlavour.byFlavourId(name);
                try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(arguments[index]), flavour);
                     PDFAValidator validator =
                         Foundries.defaultInstance().createValidator(flavour, 1, false, true, false)) {
                    ValidationResult result = validator.validate(parser);
                    for (TestAssertion assertion : result.getTestAssertions()) {
                        System.out.println(name + " " + assertion.getRuleId().getClause() + "-"
                            + assertion.getRuleId().getTestNumber() + " " + assertion.getMessage());
                    }
                    System.out.println(arguments[index] + " " + name + " compliant: " + result.isCompliant()
                        + ", checks: " + result.getTotalAssertions());
                    failed |= !result.isCompliant();
                }
            }
        }
        System.exit(failed ? 1 : 0);
    }
}
