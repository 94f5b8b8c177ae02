import java.io.File;
import java.util.List;
import org.apache.pdfbox.preflight.PreflightDocument;
import org.apache.pdfbox.preflight.ValidationResult;
import org.apache.pdfbox.preflight.ValidationResult.ValidationError;
import org.apache.pdfbox.preflight.exception.SyntaxValidationException;
import org.apache.pdfbox.preflight.parser.PreflightParser;

/** Validates PDF files as PDF/A-1b with PDFBox Preflight and prints one JSON object a line. */
public final class Preflight {
  public static void main(String[] files) {
    for (String file : files) {
      System.out.println("{\"file\":" + quote(file) + "," + validate(new File(file)) + "}");
    }
  }

  private static String validate(File file) {
    try {
      PreflightParser parser = new PreflightParser(file);
      parser.parse();
      try (PreflightDocument document = parser.getPreflightDocument()) {
        document.validate();
        return describe(document.getResult());
      }
    } catch (SyntaxValidationException error) {
      return describe(error.getResult());
    } catch (Exception | LinkageError error) {
      return "\"valid\":false,\"errors\":[{\"code\":\"exception\",\"details\":" + quote(String.valueOf(error)) + "}]";
    }
  }

  private static String describe(ValidationResult result) {
    StringBuilder errors = new StringBuilder();
    List<ValidationError> all = result.getErrorsList();
    for (ValidationError error : all.subList(0, Math.min(20, all.size()))) {
      if (errors.length() > 0) errors.append(',');
      errors.append("{\"code\":").append(quote(error.getErrorCode())).append(",\"details\":").append(quote(error.getDetails())).append('}');
    }
    return "\"valid\":" + result.isValid() + ",\"errors\":[" + errors + "]";
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char character : String.valueOf(text).toCharArray()) {
      if (character == '"' || character == '\\') quoted.append('\\').append(character);
      else if (character < 0x20) quoted.append(String.format("\\u%04x", (int) character));
      else quoted.append(character);
    }
    return quoted.append('"').toString();
  }
}
